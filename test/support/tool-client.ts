/**
 * A client in a process of its own, for tests that kill it: `tool-client.ts URL CLIENT_ID MODE`.
 *
 * Writes a line per call of its tool, `called N`. In the mode `hang` its calls never end; in the mode
 * `answer` they do, and so does the process as soon as nothing is left for it to do.
 */

import { Latchd } from '../../sdk/index.ts'

const [url = '', clientId = '', mode = ''] = process.argv.slice(2)
const latchd = new Latchd({ url, clientId })
const write = (line: string) => process.stdout.write(`${line}\n`)

let calls = 0
const work = async (n: number) => {
  write(`called ${n}`)
  if (++calls === 100) write('has a hundred')
  return mode === 'hang' ? await new Promise<never>(() => {}) : n * 2
}

const source = `const seen = await Promise.all(Array.from({ length: 100 }, (_, n) => work(n)))
seen.reduce((a, b) => a + b)`

if (mode === 'hang') {
  const { executionId } = await latchd.execute({
    source,
    tools: { work },
    durable: true,
    limits: { maxConcurrentCalls: 100 },
    waitMs: 0,
  })
  write(`executes ${executionId}`)
} else {
  latchd.addTools({ work })
  const { output } = await latchd.execute({ source: 'work(1000)' })
  write(`gave ${output}`)
}
