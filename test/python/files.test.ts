/** Files of Python programs: they cross by reference, as those of JavaScript. */

import { File } from 'node:buffer'
import t from 'tap'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import { pythonExecutor } from './python-executor.ts'

const tools = {
  report: async () => new File(['a,b\n1,2\n'], 'report.csv', { type: 'text/csv' }),
  size_of: async (file: { size: number; name: string; type: string }) => [
    file.name,
    file.type,
    file.size,
  ],
} as never

const whole = pythonExecutor(t, { tools })
const parked = pythonExecutor(t, { tools }, createParkingExecutor)

for (const [how, { run }] of Object.entries({ whole, parked })) {
  t.test(`a program reads, makes and gives out files (${how})`, async t => {
    const read = await run(
      'f = report()\n[f.name, f.type, f.size, f.text(), await f.text(), f.slice(2, 3).text(), f.bytes()[:1] == b"a"]',
    )
    t.equal(read.error, undefined)
    const text = 'a,b\n1,2\n'
    t.strictSame(read.output, ['report.csv', 'text/csv', 8, text, text, 'b', true])

    t.strictSame(
      (await run('size_of(File(["one ", b"two ", report()], "new.txt", type="text/plain"))'))
        .output,
      ['new.txt', 'text/plain', 16],
    )
    const json = await run('File("[1, 2]", "x.json").json()')
    t.strictSame(json.output, [1, 2])

    const { outcome } = await run('emit({"a": 1}, "a.json")\nemit(report())\n1')
    t.match(outcome, {
      status: 'completed',
      files: [
        { name: 'a.json', type: 'application/json' },
        { name: 'report.csv', size: 8 },
      ],
    })
  })
}

t.test('a file that a program returns is given out', async t => {
  const { outcome } = await whole.run('{"file": File(["x" * 2_000_000], "large.txt")}')
  t.match(outcome, { status: 'completed', files: [{ name: 'large.txt', size: 2_000_000 }] })
})
