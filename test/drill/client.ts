/**
 * A client with tools of its own: `client.ts URL SEED NEXT,NEXT,…` runs programs in as many lanes as
 * there are numbers, from those on, and prints a line for each that has ended. What it did not print
 * before it was killed it asks for again, by the same keys. It ends when its stdin does.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { LatchdError } from '../../protocol/errors.ts'
import type { ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { Latchd } from '../../sdk/index.ts'
import { random } from '../soak/random.ts'
import { type ClientLine, LONGEST_PAUSE_MS } from './client-load.ts'
import { effectIn } from './tools.ts'

const [url = '', seed = '1', next = '0'] = process.argv.slice(2)
const latchd = new Latchd({ url, clientId: 'drill' })
const pause = () => delay(Math.random() * LONGEST_PAUSE_MS)
const tell = (line: ClientLine) => console.log(JSON.stringify(line))

const inputSchema = { type: 'object', properties: { n: { type: 'number' } } }
const tool = (name: string, more: Partial<ToolDefinition<{ n: number }>> = {}) => ({
  name,
  description: 'Has an effect in the ledger',
  inputSchema,
  execute: async (_: { n: number }, context: ToolContext) => {
    if (name === 'client_pay') tell({ kind: 'calling' })
    await pause()
    const value = await effectIn(name, context)
    await pause()
    return value
  },
  ...more,
})
const tools = [tool('client_pay'), tool('client_look', { annotations: { readOnly: true } })]

const sources = [
  'client_pay(1)',
  'client_look(1); pay(2); client_pay(3)',
  'await Promise.allSettled([client_pay(1), client_pay(2), client_look(3)])',
  'client_look(1); sleep(100); client_pay(2)',
] as const
/** A call that nobody can tell of throws in the program, which goes on. */
const guarded = (source: string) => `try { ${source} } catch (error) { console.log(error.code) }`

let isOver = false
process.stdin.on('end', () => {
  isOver = true
})
process.stdin.resume()

async function run(lane: number, n: number): Promise<void> {
  const source = guarded(random(Number(seed) * 8009 + lane * 113 + n).oneOf(sources))
  const request = { source, tools, durable: true, idempotencyKey: `client-${lane}-${n}` }
  for (;;) {
    try {
      const { executionId, status } = await latchd.execute(request)
      if (status === 'stuck') {
        await latchd.retry(executionId)
        continue
      }
      tell({ kind: 'ended', lane, n, executionId })
      return
    } catch (error) {
      const code = error instanceof LatchdError ? error.code : String(error)
      const isAway = /^(CONNECTION_(LOST|REFUSED)|DRAINING)$/.test(code)
      if (!isAway) tell({ kind: 'problem', text: `client-${lane}-${n}: ${String(error)}` })
      if (!isAway) return
      await pause()
    }
  }
}

const lanes = next.split(',').map(async (from, lane) => {
  for (let n = Number(from); !isOver; n++) await run(lane, n)
})
await Promise.all(lanes)
await latchd.close()
