/** The tools of the drills: each effect goes to the ledger, and what the ledger gives is the value. */

import { setTimeout as delay } from 'node:timers/promises'
import type { ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import type { Effect } from './ledger.ts'

const ledger = process.env.DRILL_LEDGER ?? ''
/** Before and after an effect, so that a daemon dies there too. */
const LONGEST_PAUSE_MS = 6

const pause = () => delay(Math.random() * LONGEST_PAUSE_MS)

/** Has an effect in the ledger; gives what the ledger gives. @param key of effects that are one */
export async function effectIn(tool: string, context: ToolContext, key?: string): Promise<string> {
  const { executionId: execution, callId: call } = context
  const body = JSON.stringify({ execution, call, tool, key })
  const response = await fetch(`${ledger}/effect`, { method: 'POST', body })
  const { value } = (await response.json()) as Effect
  return value
}

async function effectsOf(call: string): Promise<readonly Effect[]> {
  const response = await fetch(`${ledger}/effects?call=${call}`)
  return (await response.json()) as Effect[]
}

const inputSchema = { type: 'object', properties: { n: { type: 'number' } } }
type Input = { n: number }

const tools: ToolDefinition<Input>[] = [
  {
    name: 'pay',
    description: 'Once, and nobody can tell whether it ran',
    inputSchema,
    execute: async (_, context) => {
      const value = await effectIn('pay', context)
      await pause()
      return value
    },
  },
  {
    name: 'wire',
    description: 'Once, and can be asked whether it ran',
    inputSchema,
    execute: async (_, context) => {
      await pause()
      const value = await effectIn('wire', context)
      await pause()
      return value
    },
    probe: async (_, { callId }) => {
      // The number may have been that of a reading call, before a loss that was on no disk.
      const known = (await effectsOf(callId)).find(({ tool }) => tool === 'wire')
      return known === undefined ? { ran: false } : { ran: true, value: known.value }
    },
  },
  {
    name: 'put',
    description: 'Idempotent',
    inputSchema,
    annotations: { idempotent: true },
    execute: async (_, context) => {
      const value = await effectIn('put', context, context.idempotencyKey)
      await pause()
      return value
    },
  },
  {
    name: 'look',
    description: 'Reads',
    inputSchema,
    annotations: { readOnly: true },
    execute: async (_, context) => {
      await pause()
      return await effectIn('look', context)
    },
  },
  {
    name: 'burst',
    description: 'Fails after its effect',
    inputSchema,
    execute: async (_, context) => {
      throw new RangeError(await effectIn('burst', context))
    },
  },
  {
    name: 'sign',
    description: 'Once, after a person has agreed',
    inputSchema,
    needsApproval: true,
    execute: async (_, context) => {
      const value = await effectIn('sign', context)
      await pause()
      return value
    },
  },
  {
    name: 'feed',
    description: 'Yields the same items each time',
    inputSchema,
    annotations: { readOnly: true },
    async *execute({ n }, context) {
      await effectIn('feed', context)
      for (let item = 0; item < n; item++) {
        await pause()
        yield `item ${item}`
      }
    },
  },
  {
    name: 'drip',
    description: 'Yields items that nobody gets twice',
    inputSchema,
    async *execute({ n }, context) {
      for (let item = 0; item < n; item++) {
        await pause()
        yield `${item}:${await effectIn('drip', context)}`
      }
    },
  },
]

export default tools
