/** Attacks on the resources of a daemon, and how each must end. */

import { limitTable } from '../../protocol/limits.ts'
import type { ExecuteRequest, Latchd } from '../../sdk/index.ts'
import { type Attack, polled, unpolled } from '../support/hostile-programs.ts'
import { type Program, shown } from './program.ts'
import type { Random } from './random.ts'

/** Little of everything, so that many attacks come to their end. */
const limits = { cpuMs: 30, memoryBytes: 16 * 1_048_576, maxCalls: 100, wallMs: 30_000 }
/** As many calls as a program may make that asks for no other limit: they keep the daemon's own thread busy. */
const floodLimits = { ...limits, cpuMs: 200, maxCalls: limitTable.maxCalls.default }

async function run(
  client: Latchd,
  [name, source, ...ends]: Attack,
  attackLimits: typeof limits,
): Promise<string | undefined> {
  const outcome = await client.execute({ source, limits: attackLimits })
  const end = 'error' in outcome ? (outcome.error.limit ?? outcome.error.code) : 'value'
  // With so little time each of them may end for that.
  return end === 'cpuMs' || ends.includes(end) ? undefined : `${name} ended with ${shown(outcome)}`
}

const anyOf = (kind: string, attacks: readonly Attack[], attackLimits = limits): Program => ({
  kind,
  run: (client, random) => run(client, random.oneOf(attacks), attackLimits),
})

/** Longest time after which an execution is cancelled, or a stream left. */
const MAX_PATIENCE_MS = 20

const cancelled = (kind: string, source: string): Program => ({
  kind,
  async run(client, random) {
    const signal = AbortSignal.timeout(random.below(MAX_PATIENCE_MS))
    const outcome = await client.execute({ source, limits: { wallMs: limits.wallMs }, signal })
    return outcome.status === 'cancelled' ? undefined : `${source} ended with ${shown(outcome)}`
  },
})

/** Events that are read at most before a stream is left. */
const MAX_READ = 6

/** Whoever leaves a stream leaves its execution to the daemon. */
const leaving = (kind: string, request: ExecuteRequest): Program => ({
  kind,
  async run(client: Latchd, random: Random) {
    let left = random.below(MAX_READ)
    let sequence = 0
    for await (const event of client.stream(request)) {
      if ('sequence' in event && event.sequence !== ++sequence)
        return `${request.source} told event ${event.sequence} as number ${sequence}`
      if (left-- === 0) return undefined
    }
    return undefined
  },
})

/**
 * Those that make one call after the other may come to `wallMs`: under load each call costs them their
 * worker, and they wait for the next one behind all else that their owner has asked for.
 */
const callFloods: readonly Attack[] = [
  ['a loop of calls', 'for (;;) echo(1)', 'maxCalls', 'wallMs'],
  ['a storm of concurrent calls', 'for (;;) echo.async(1)', 'maxCalls'],
  [
    'a storm of long arguments',
    'for (;;) echo.async("x".repeat(10_000))',
    'maxCalls',
    'memoryBytes',
  ],
  ['a list of many calls', 'echo.map(Array(1e6).fill(1))', 'maxCalls', 'memoryBytes'],
  ['a stream of many items', 'for (const i of count(1e9));', 'maxCalls', 'wallMs'],
]

const logFloods: readonly Attack[] = [
  ['endless log lines', 'for (;;) console.log("line")', 'cpuMs'],
  ['endless long log lines', 'for (;;) console.log("x".repeat(10_000))', 'cpuMs'],
  [
    'endless logged objects',
    'for (;;) console.log({ a: [1, 2, { b: new Map([[1, 2]]) }] })',
    'cpuMs',
  ],
]

const hostile = anyOf('hostile', polled)
/** Each costs a thread. */
const worker = anyOf('worker lost', unpolled)
const calls = anyOf('call flood', callFloods, floodLimits)
const logs = anyOf('log flood', logFloods)
const runs = cancelled('cancelled while it runs', 'while (true);')
const waits = cancelled('cancelled while it waits', 'never()')
const asks = cancelled('cancelled while it calls', 'while (true) later(1)')
const stream = leaving('left stream', {
  source: 'for (let i = 0; i < 9; i++) { console.log(i); later(i) }',
})
const endless = leaving('left endless stream', {
  source: 'console.log(1); never()',
  limits: { wallMs: 1000 },
})

/** Drawn with equal chance, so that one that stands here more often comes more often. */
export const attacks: readonly Program[] = [
  ...Array.from({ length: 8 }, () => hostile),
  worker,
  ...[calls, calls, logs, logs, runs, waits, asks, stream, endless],
]
