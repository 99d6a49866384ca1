/** Retention: what is forgotten, and when. */

import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { Sweeper } from '../../daemon/executions/retention.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { Store } from '../../daemon/store/store.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { testFolder } from '../support/test-folder.ts'

const HOUR_MS = 3_600_000

/** Runs some programs on a daemon over a folder, and gives their ids. */
async function run(t: Test, stateDir: string, bodies: readonly object[]): Promise<string[]> {
  const config = loadConfig({
    flags: {},
    env: {
      LATCHD_PORT: '0',
      LATCHD_WORKERS: '1',
      LATCHD_LOG_LEVEL: 'silent',
      LATCHD_STATE_DIR: stateDir,
    },
    readFile: () => undefined,
    cwd: import.meta.dirname,
  })
  const daemon = await startDaemon(config)
  try {
    const ids: string[] = []
    for (const body of bodies) {
      const taken = await post(`${daemon.url}/v1/execute`, { durable: true, ...body })
      ids.push(taken.body.executionId)
    }
    for (const id of ids) t.equal((await get(`${daemon.url}/v1/executions/${id}`)).status, 200)
    return ids
  } finally {
    await daemon.close()
  }
}

async function open(t: Test, stateDir: string): Promise<Store> {
  const store = await openSqliteStore({ stateDir, onLost: error => t.fail(error.message) })
  t.teardown(() => store.close())
  return store
}

function sweeperOf(store: Pick<Store, 'sweep'>, now: () => number, maxBytes?: number) {
  const told: unknown[] = []
  const log = {
    info: (what: unknown) => told.push(what),
    error: (what: unknown) => told.push(what),
  }
  const retention = { keepMs: 12 * HOUR_MS, maxBytes }
  return {
    told,
    sweeper: new Sweeper({ store, retention, log: log as never, now }),
  }
}

t.test(
  'an ended execution is forgotten when its time is over, and one that waits is not',
  async t => {
    const stateDir = testFolder(t)
    const asks = 'human_approval("wait").approved'
    const [ended, waiting] = await run(t, stateDir, [{ source: '1' }, { source: asks }])
    const store = await open(t, stateDir)
    let nowMs = Date.now() + 11 * HOUR_MS
    const { told, sweeper } = sweeperOf(store, () => nowMs)
    await sweeper.sweep()
    t.strictSame(told, [])
    t.ok(await store.get(ended as string))
    nowMs += 2 * HOUR_MS
    await sweeper.sweep()
    t.strictSame(told, [{ executions: 1, sessions: 0 }])
    t.equal(await store.get(ended as string), undefined)
    t.match(await store.get(waiting as string), { execution: { status: 'waiting' } })
    t.strictSame(await store.verify(), [])
  },
)

t.test('beyond the bound of bytes the oldest go before their time', async t => {
  const stateDir = testFolder(t)
  const source = (n: number) => ({ source: `console.log("x".repeat(100000)); ${n}` })
  const ids = await run(
    t,
    stateDir,
    Array.from({ length: 30 }, (_, n) => source(n)),
  )
  const store = await open(t, stateDir)
  const { bytes } = await store.statistics()
  const { sweeper } = sweeperOf(store, Date.now, bytes - 1_000_000)
  await sweeper.sweep()
  t.equal(await store.get(ids[0] as string), undefined)
  t.ok(await store.get(ids.at(-1) as string))
})

t.test('a sweep that is asked for during another joins it, and a failed one is told', async t => {
  let isFailing = false
  let sweeps = 0
  const store = {
    async sweep() {
      sweeps++
      if (isFailing) throw new Error('disk')
      return { executions: 0, sessions: 0 }
    },
  }
  const { told, sweeper } = sweeperOf(store, Date.now)
  await Promise.all([sweeper.sweep(), sweeper.sweep()])
  t.equal(sweeps, 1)
  isFailing = true
  await sweeper.sweep()
  t.match(told, [{ err: { message: 'disk' } }])
  sweeper.start()
  await sweeper.close()
  t.equal(sweeps, 3, 'the first sweep is at the start')
})

t.test('a session in which something goes on that no store knows of is not forgotten', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_RETENTION: '1s',
  })
  const { body: session } = await post(`${url}/v1/sessions`, {})
  const { sessionId } = session
  // Not durable, and longer than sessions are kept: sweeps come every second.
  const source = 'let n = 1; const end = Date.now() + 3500; while (Date.now() < end) sleep(500); n'
  const first = post(`${url}/v1/execute`, { source, sessionId })
  const second = post(`${url}/v1/execute`, { source: '++n', sessionId, queue: true })
  t.match((await first).body, { status: 'completed', output: { value: 1 } })
  t.match((await second).body, { status: 'completed', output: { value: 2 } })
})
