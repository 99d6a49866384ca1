/** Files in Python programs: made, read, passed on, given out. */

import t from 'tap'
import { z } from 'zod'
import { tool } from '../../sdk/index.ts'
import { openExecutor } from '../support/executor.ts'

const picture = tool({
  name: 'picture',
  description: '',
  inputSchema: z.object({}),
  execute: () => new File(['héllo'], 'p.png', { type: 'image/png' }),
})
const take = tool({
  name: 'take',
  description: '',
  inputSchema: z.object({ file: z.file() }),
  execute: async ({ file }) => [file.name, file.type, file.size, (await file.text()).slice(-3)],
})
const executor = openExecutor(t, { workers: 1, tools: [picture, take] })

async function run(source: string, inputs?: Record<string, unknown>) {
  const outcome = await executor.execute({ source, language: 'python', ...(inputs && { inputs }) })
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome))
  return outcome
}

t.test('a program reads files of tools and inputs, and makes its own', async t => {
  const source = `
f = picture()
made = File(["a,b\\n", b"1,2\\n", f], "t.csv", "text/csv")
[f.name, f.type, f.size, f.text(), len(f.bytes()), take(f), take(made), File('{"a": 2}').json()["a"], doc.text()]`
  const { output } = await run(source, { doc: new File(['in'], 'in.txt') })
  t.strictSame(output, [
    ...['p.png', 'image/png', 6, 'héllo', 6],
    ['p.png', 'image/png', 6, 'llo'],
    ['t.csv', 'text/csv', 14, 'llo'],
    ...[2, 'in'],
  ])
})

t.test('files are given out, large ones too, and those that are returned', async t => {
  const source = `
emit(File("x" * 1_000_000, "big.txt"))
emit({"a": [1]}, "v.json")
emit(b"raw")
{"file": picture()}`
  const { files } = await run(source)
  t.strictSame(
    files.map(({ name, type, size }) => [name, type, size]),
    [
      ['big.txt', '', 1_000_000],
      ['v.json', 'application/json', 22],
      ['value.bin', 'application/octet-stream', 3],
      ['p.png', 'image/png', 6],
    ],
  )
  t.equal((await files[0]?.text())?.length, 1_000_000)
})

t.test('a quota is an error that the program can catch', async t => {
  const source = `
try:
    emit(File("x" * 2000, "x"))
except Exception as error:
    said = str(error)
said`
  const outcome = await executor.execute({
    source,
    language: 'python',
    limits: { maxFileBytes: 1000 },
  })
  t.match(outcome.output, /limit maxFileBytes 1000/)
})
