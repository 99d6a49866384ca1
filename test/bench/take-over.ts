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

const EXECUTIONS = 50
const SOURCE = 'for (let i = 0; i < 100_000; i++) sleep(50); 1'
const kills = Number(process.argv[2] ?? 20)

const ends: (() => unknown)[] = []
/** What helpers of tests need of one: that what they start ends with it. */
const test = { teardown: (end: () => unknown) => ends.unshift(end) } as unknown as Test
const server = await new PostgresServer().start()
const tookMs: number[] = []
try {
  const start = (name: string) =>
    sharedDaemon(test, name, server.url(), { LATCHD_WORKERS: String(EXECUTIONS) })
  const staying = await start('staying')
  for (let kill = 0; kill < kills; kill++) {
    const dying = await start(`dying-${kill}`)
    const submit = () => post(`${dying.url}/v1/executions`, { source: SOURCE })
    const submitted = await Promise.all(Array.from({ length: EXECUTIONS }, submit))
    const ids = submitted.map(({ body }) => `'${body.executionId}'`).join()
    /** How many a daemon runs, by its name. */
    const running = async (name: string) => {
      const sql = `SELECT count(*)::int AS n FROM execution e JOIN daemon d ON d.id = e.daemon
        WHERE execution_id IN (${ids}) AND e.state = 'running' AND d.name = '${name}'`
      return (await server.query(sql)).rows[0].n as number
    }
    while ((await running(dying.name)) < EXECUTIONS) await delay(20)
    const killedMs = performance.now()
    await dying.end('SIGKILL')
    for (let known = 0; known < EXECUTIONS; ) {
      const now = await running(staying.name)
      for (; known < now; known++) tookMs.push(performance.now() - killedMs)
      await delay(20)
    }
    await Promise.all(
      submitted.map(({ body }) =>
        post(`${staying.url}/v1/executions/${body.executionId}/cancel`, {}),
      ),
    )
  }
} finally {
  for (const end of ends) await end()
  await server.close()
}
const all = sorted(tookMs)
console.log(
  `${kills} kills × ${EXECUTIONS} executions: claimed by the other one p50 ${Math.round(p50(all))} ms, p99 ${Math.round(p99(all))} ms after the kill`,
)
