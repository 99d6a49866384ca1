/**
 * What three daemons carry against one when each has 0.3 of a core:
 * `node test/bench/daemons-held.ts [SECONDS]`. Needs root, and control groups that can be made.
 */

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { post } from '../support/daemon.ts'
import { PostgresServer } from '../support/postgres.ts'
import { type SharedDaemon, sharedDaemon } from '../support/shared-daemons.ts'

const CORES = 0.3
/** What is compiled once is compiled by then. */
const WARM_MS = 4000
const PERIOD_US = 100_000
const UNDER_WAY = 12
/** The groups have their part of the machine also beside much other work. */
const WEIGHT = { v1: 10_240, v2: 1000 } as const
const runMs = 1000 * Number(process.argv[2] ?? 20)
const SOURCE = 'let s = 0; for (let i = 0; i < 2000; i++) s += i; s'

/** Control groups of the CPU: of version 1 if that controller is mounted, else of version 2. */
class CpuGroups {
  readonly root: string
  readonly #isFirst: boolean

  /** @throws {Error} none can be made */
  constructor() {
    const first = '/sys/fs/cgroup/cpu'
    this.#isFirst = existsSync(join(first, 'cpu.cfs_quota_us'))
    this.root = this.#isFirst ? first : '/sys/fs/cgroup'
    const controllers = join(this.root, 'cgroup.controllers')
    if (this.#isFirst) return
    if (!existsSync(controllers) || !readFileSync(controllers, 'utf8').includes('cpu')) {
      throw new Error(`there is no controller of the CPU at ${this.root}`)
    }
    writeFileSync(join(this.root, 'cgroup.subtree_control'), '+cpu')
  }

  /** Makes a group with so many cores; `undefined`: as many as there are. */
  make(name: string, cores: number | undefined): CpuGroup {
    const folder = join(this.root, `latchd-${process.pid}-${name}`)
    mkdirSync(folder)
    const set = (file: string, value: string) => writeFileSync(join(folder, file), value)
    const quota = cores === undefined ? undefined : String(cores * PERIOD_US)
    if (this.#isFirst) {
      set('cpu.shares', String(WEIGHT.v1))
      set('cpu.cfs_period_us', String(PERIOD_US))
      if (quota !== undefined) set('cpu.cfs_quota_us', quota)
    } else {
      set('cpu.weight', String(WEIGHT.v2))
      set('cpu.max', `${quota ?? 'max'} ${PERIOD_US}`)
    }
    return { folder, add: pid => set('cgroup.procs', String(pid)) }
  }
}

interface CpuGroup {
  readonly folder: string
  readonly add: (pid: number) => void
}

const ends: (() => unknown)[] = []
/** What helpers of tests need of one: that what they start ends with it. */
const test = { teardown: (end: () => unknown) => ends.unshift(end) } as unknown as Test

/** Executions in a second, with so many under way at each daemon. */
async function throughput(daemons: readonly SharedDaemon[], forMs: number): Promise<number> {
  const untilMs = performance.now() + forMs
  let done = 0
  const lane = async ({ url }: SharedDaemon) => {
    while (performance.now() < untilMs) {
      const { status, body } = await post(`${url}/v1/execute`, { source: SOURCE, durable: true })
      if (status !== 200) throw new Error(`not executed: ${JSON.stringify(body)}`)
      done++
    }
  }
  const beganMs = performance.now()
  await Promise.all(
    daemons.flatMap(daemon => Array.from({ length: UNDER_WAY }, () => lane(daemon))),
  )
  return (1000 * done) / (performance.now() - beganMs)
}

const groups = new CpuGroups()
const made: CpuGroup[] = [groups.make('rest', undefined)]
// The database and this client start in it, and so does each daemon before it gets a group of its own.
made[0]?.add(process.pid)
const server = await new PostgresServer().start()
try {
  const names = ['one', 'two', 'three']
  const daemons: SharedDaemon[] = []
  for (const name of names) {
    const daemon = await sharedDaemon(test, name, server.url(), { LATCHD_WORKERS: '2' })
    const group = groups.make(name, CORES)
    made.push(group)
    group.add(daemon.pid)
    daemons.push(daemon)
  }
  for (const daemon of daemons) await throughput([daemon], WARM_MS)
  const [first] = daemons as [SharedDaemon]
  const alone = await throughput([first], runMs)
  const together = await throughput(daemons, runMs)
  console.table({
    'cores of each daemon': CORES,
    'one daemon, executions a second': Math.round(alone),
    'three daemons, executions a second': Math.round(together),
    'three by one': Number((together / alone).toFixed(2)),
  })
} finally {
  for (const end of ends) await end()
  await server.close()
  await delay(200)
  writeFileSync(join(groups.root, 'cgroup.procs'), String(process.pid))
  for (const { folder } of made) rmdirSync(folder)
}
