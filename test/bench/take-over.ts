/**
 * How long after a daemon is killed others have its executions: `node test/bench/take-over.ts [KILLS]`.
 * Two daemons over a PostgreSQL server; one of them is killed with all that it runs, and started anew.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { post } from '../support/daemon.ts'
import { PostgresServer } from '../support/postgres.ts'
import { sharedDaemon } from '../support/shared-daemons.ts'
import { p50, p99, sorted } from './samples.ts'

/** That the daemon runs at least when it is killed. */
const EXECUTIONS = 50
/** Fewer than executions: those sleep most of the time, and give their workers away meanwhile. */
const WORKERS = 8
/** Submitted at a time: some of them find their worker at the other daemon. */
const WAVE = 10
const SOURCE = 'for (let i = 0; i < 100_000; i++) sleep(500); 1'
const kills = Number(process.argv[2] ?? 20)

const ends: (() => unknown)[] = []
/** What helpers of tests need of one: that what they start ends with it. */
const test = { teardown: (end: () => unknown) => ends.unshift(end) } as unknown as Test
const server = await new PostgresServer().start()
const tookMs: number[] = []

/** What a daemon owns, by its name: the epoch of each execution. */
async function ownedBy(name: string): Promise<ReadonlyMap<string, number>> {
  const sql = `SELECT execution_id, epoch FROM execution e JOIN daemon d ON d.id = e.daemon
    WHERE d.name = '${name}'`
  return new Map((await server.query(sql)).rows.map(row => [row.execution_id, row.epoch]))
}

/** Submits to a daemon until it runs so many. */
async function fill({ name, url }: { name: string; url: string }): Promise<void> {
  const submit = () => post(`${url}/v1/executions`, { source: SOURCE })
  while ((await ownedBy(name)).size < EXECUTIONS) {
    const submitted = await Promise.all(Array.from({ length: WAVE }, submit))
    const refused = submitted.find(({ status }) => status !== 202)
    if (refused) throw new Error(`not submitted: ${JSON.stringify(refused.body)}`)
    await delay(100)
  }
}

async function cancelAll({ url }: { url: string }, ids: Iterable<string>): Promise<void> {
  await Promise.all([...ids].map(id => post(`${url}/v1/executions/${id}/cancel`, {})))
}

/** Those that have had another owner since. */
async function takenOver(left: ReadonlyMap<string, number>): Promise<string[]> {
  const ids = [...left.keys()].map(id => `'${id}'`).join()
  const sql = `SELECT execution_id, epoch FROM execution WHERE execution_id IN (${ids})`
  const { rows } = await server.query(sql)
  return rows
    .filter(({ execution_id, epoch }) => epoch > (left.get(execution_id) as number))
    .map(({ execution_id }) => execution_id)
}

try {
  const start = (name: string, workers: number) =>
    sharedDaemon(test, name, server.url(), { LATCHD_WORKERS: String(workers) })
  // It claims as many as it has workers for.
  const staying = await start('staying', EXECUTIONS)
  for (let kill = 0; kill < kills; kill++) {
    const dying = await start(`dying-${kill}`, WORKERS)
    await fill(dying)
    // What the other one runs would hold it up.
    await cancelAll(staying, (await ownedBy(staying.name)).keys())
    const killedMs = performance.now()
    await dying.end('SIGKILL')
    const left = new Map(await ownedBy(dying.name))
    const ids = [...left.keys()]
    const ofKill: number[] = []
    while (left.size > 0) {
      for (const id of await takenOver(left)) {
        left.delete(id)
        ofKill.push(performance.now() - killedMs)
      }
      await delay(20)
    }
    tookMs.push(...ofKill)
    const times = sorted(ofKill).map(Math.round)
    console.error(
      `kill ${kill + 1}: ${times.length}, the first ${times[0]} ms, p50 ${p50(times)} ms, the last ${times.at(-1)} ms`,
    )
    await cancelAll(staying, ids)
  }
} finally {
  for (const end of ends) await end()
  await server.close()
}
const all = sorted(tookMs)
console.log(
  `${kills} kills, ${all.length} executions: claimed by the other one p50 ${Math.round(p50(all))} ms, p99 ${Math.round(p99(all))} ms after the kill`,
)
