/**
 * A client in a process of its own, for tests that kill it: `tool-client.ts URL CLIENT_ID MODE EFFECT`.
 *
 * Writes a line per call of its tool, `called N`, and per question about one, `asked N`. The effect is
 * `readOnly`, `idempotent`, `once`, or `probe` for one that can tell that odd ones have run. In the mode `hang` its calls never end; in the mode
 * `answer` they do, and so does the process as soon as nothing is left for it to do.
 */

import { Latchd, tool } from '../../sdk/index.ts'

const [url = '', clientId = '', mode = '', effect = ''] = process.argv.slice(2)
const latchd = new Latchd({ url, clientId })
const write = (line: string) => process.stdout.write(`${line}\n`)

let calls = 0
const work = tool({
  name: 'work',
  description: '',
  inputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
  annotations: { readOnly: effect === 'readOnly', idempotent: effect === 'idempotent' },
  execute: async ({ n }) => {
    write(`called ${n}`)
    if (++calls === 100) write('has a hundred')
    return mode === 'hang' ? await new Promise<never>(() => {}) : Number(n) * 2
  },
  ...(effect === 'probe' && {
    probe: async ({ n }) => {
      write(`asked ${n}`)
      if (n === 0) throw new Error('nobody knows')
      return Number(n) % 2 === 1 ? { ran: true, value: Number(n) * 2 } : { ran: false }
    },
  }),
})

const source = `const seen = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => work(n)))
seen.map(({ value, reason }) => value ?? reason.name)`

if (mode === 'hang') {
  const { executionId } = await latchd.execute({
    source,
    tools: [work],
    durable: true,
    limits: { maxConcurrentCalls: 100 },
    waitMs: 0,
  })
  write(`executes ${executionId}`)
} else {
  latchd.addTools([work])
  const { output } = await latchd.execute({ source: 'work(1000)' })
  write(`gave ${output}`)
}
