/**
 * What it costs that another daemon has the client, or takes the decision:
 * `node test/bench/daemons-together.ts [ROUNDS]`. Two daemons in processes of their own over a
 * PostgreSQL server of its own, both ways in turns.
 */

import { once } from 'node:events'
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { post } from '../support/daemon.ts'
import { PostgresServer } from '../support/postgres.ts'
import { type SharedDaemon, sharedDaemon } from '../support/shared-daemons.ts'

const rounds = Number(process.argv[2] ?? 5)
const CALLS = 200
const AT_A_TIME = 64
const MANY = 1024
const DECISIONS = 6
const APART_MS = 1500

const ends: (() => unknown)[] = []
const t = { teardown: (end: () => unknown) => ends.push(end) } as unknown as Test
const server = await new PostgresServer().start()
try {
  const linked = await two('linked')
  await clientTools(linked)
  await decisions('linked', linked)
  await decisions('links cut', await two('cut', { LATCHD_ADVERTISE_URL: 'http://127.0.0.1:9' }))
  console.log(
    `load of the machine: ${loadavg()
      .map(one => one.toFixed(1))
      .join(' ')}`,
  )
} finally {
  for (const end of ends.reverse()) await end()
  await server.close()
}

type Pair = readonly [SharedDaemon, SharedDaemon]

async function two(name: string, env: Record<string, string> = {}): Promise<Pair> {
  const url = await server.database(name.replaceAll(' ', '_'))
  const start = (one: string) => sharedDaemon(t, one, url, { ...env, LATCHD_WORKERS: '1' })
  return await Promise.all([start('one'), start('two')])
}

function quantile(samples: readonly number[], q: number): string {
  const sorted = samples.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN).toFixed(
    2,
  )
}

/** A client's tool, at the daemon that it is connected to and by way of it. */
async function clientTools([here, there]: Pair): Promise<void> {
  const latchd = new Latchd({ url: here.url })
  ends.push(() => latchd.close())
  let times: number[] = []
  await latchd.serveTools({ tick: () => void times.push(performance.now()) })
  const run = async ({ url }: SharedDaemon, source: string) => {
    const limits = { maxCalls: 100_000, maxConcurrentCalls: AT_A_TIME }
    const { body } = await post(`${url}/v1/execute`, { source, limits })
    if (body.status !== 'completed') throw new Error(JSON.stringify(body))
  }
  const samples = new Map(
    [here, there].map(one => [one, { apart: [] as number[], rates: [] as number[] }]),
  )
  for (let round = 0; round <= rounds; round++) {
    for (const [daemon, { apart, rates }] of samples) {
      times = []
      await run(daemon, `for (let i = 0; i < ${CALLS}; i++) tick()`)
      // The first round opens links and warms up.
      if (round > 0)
        for (let i = 1; i < times.length; i++) apart.push((times[i] ?? 0) - (times[i - 1] ?? 0))
      times = []
      const source = `await Promise.all(Array.from({ length: ${MANY} }, () => tick.async()))`
      await run(daemon, source)
      const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
      if (round > 0) rates.push((MANY / tookMs) * 1000)
    }
  }
  const row = (daemon: SharedDaemon) => {
    const { apart = [], rates = [] } = samples.get(daemon) ?? {}
    return {
      'one call, p50 ms': quantile(apart, 0.5),
      'p99 ms': quantile(apart, 0.99),
      [`${AT_A_TIME} at a time, calls/s`]: quantile(rates, 0.5).replace(/\..*/, ''),
    }
  }
  console.table({ 'at the same daemon': row(here), 'at another daemon': row(there) })
  await latchd.close()
}

/** From a decision at one daemon to the next call of the program at another. */
async function decisions(name: string, [busy, free]: Pair): Promise<void> {
  const latchd = new Latchd({ url: free.url })
  ends.push(() => latchd.close())
  const marks = new EventTarget()
  await latchd.serveTools({ mark: () => void marks.dispatchEvent(new Event('mark')) })
  const submit = async ({ url }: SharedDaemon, source: string) =>
    (await post(`${url}/v1/executions`, { source, limits: { cpuMs: 300_000 } })).body.executionId
  const waiting = async (executionId: string) => {
    const answer = await fetch(`${free.url}/v1/executions/${executionId}?waitMs=30000`)
    const execution = (await answer.json()) as { waitingFor?: { approvalId: string }[] }
    const { approvalId } = execution.waitingFor?.[0] ?? {}
    if (approvalId === undefined) throw new Error(`it does not wait: ${JSON.stringify(execution)}`)
    return approvalId
  }
  const decide = async (approvalId: string | undefined) => {
    // A daemon that sees something due all the time claims it although its worker is held.
    await delay(APART_MS)
    const marked = once(marks, 'mark')
    const began = performance.now()
    await post(`${busy.url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    await marked
    return performance.now() - began
  }
  const spinning = await submit(busy, 'for (;;);')
  const inMemory: number[] = []
  const inStore: number[] = []
  for (let n = 0; n < DECISIONS; n++) {
    inMemory.push(await decide(await waiting(await submit(free, 'human_approval("?"); mark()'))))
    const parked = await waiting(await submit(free, 'human_approval("?"); mark()'))
    // Another program takes the worker, so that the one that waits leaves the memory.
    await post(`${free.url}/v1/execute`, { source: '1' })
    inStore.push(await decide(parked))
  }
  await post(`${busy.url}/v1/executions/${spinning}/cancel`, {})
  console.table({
    [`${name}: in memory of the other daemon`]: {
      p50: quantile(inMemory, 0.5),
      max: quantile(inMemory, 1),
    },
    [`${name}: in the store, claimed by the other`]: {
      p50: quantile(inStore, 0.5),
      max: quantile(inStore, 1),
    },
  })
  await latchd.close()
}
