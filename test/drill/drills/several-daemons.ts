/**
 * Three daemons over one PostgreSQL, behind no balancer but chance. Daemons are killed and frozen
 * beyond their lease, connections are ended, and the server crashes; what was accepted ends, each call
 * that is made once is made once, and every event is there once.
 *
 * Beside the store stands a ledger: a file, to which the tool `pay` appends.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { openPostgresStore } from '../../../daemon/store/postgres/open.ts'
import { type Random, random } from '../../soak/random.ts'
import { fixture, get, post } from '../../support/daemon.ts'
import { patience } from '../../support/patience.ts'
import { PostgresServer } from '../../support/postgres.ts'
import { type SharedDaemon, sharedDaemon } from '../../support/shared-daemons.ts'
import { stateFolder } from '../../support/state-folder.ts'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'

const NAMES = ['one', 'two', 'three'] as const
const LANES = 6
/** Longer than a lease. */
const FROZEN_MS = 11_000
/** Longer than writes are tried again, and shorter than a lease: executions are given up. */
const AWAY_MS = 8000
/** All that was accepted has ended within so long after the last disturbance. */
const ENDED_MS = 60_000
/** A drill that finds something ends soon on a busy machine too. */
const MOST_PATIENCE = 3

/** What is done to the daemons and their database. */
const disturbances = [
  ...(['kill', 'kill', 'terminate', 'terminate', 'crash', 'away', 'freeze', 'stop'] as const),
] as const
type Disturbance = (typeof disturbances)[number]

export const severalDaemons: Drill = {
  title: 'three daemons over a database lose nothing and do nothing twice, whatever dies',
  run,
}

interface Accepted {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly source: string
}

/** Daemons, their database, and what they have promised. */
class Ground {
  readonly ledger: string
  readonly problems: string[] = []
  readonly accepted: Accepted[] = []
  readonly daemons = new Map<string, SharedDaemon>()
  readonly random: Random
  readonly server = new PostgresServer()
  readonly folder: string
  #ends: (() => unknown)[] = []
  /** What helpers of tests need of one: that what they start ends with it. */
  readonly #test = { teardown: (end: () => unknown) => this.#ends.unshift(end) } as unknown as Test

  constructor(seed: number) {
    this.random = random(seed)
    this.folder = stateFolder(this.#test)
    this.ledger = join(this.folder, 'ledger')
    writeFileSync(this.ledger, '')
  }

  async start(): Promise<void> {
    await this.server.start()
    await Promise.all(NAMES.map(name => this.startDaemon(name)))
  }

  async startDaemon(name: string): Promise<void> {
    const env = {
      LATCHD_TOOLS: fixture('tools/ledger-tools.ts'),
      LEDGER: this.ledger,
      LATCHD_WORKERS: '2',
      LATCHD_LOG_LEVEL: 'fatal',
    }
    this.daemons.set(name, await sharedDaemon(this.#test, name, this.server.url(), env))
  }

  /** The URL of a daemon that is there, by chance. */
  get anyUrl(): string {
    const all = [...this.daemons.values()]
    return (all[this.random.below(all.length)] as SharedDaemon).url
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end()
    await this.server.close()
  }
}

async function run({ seed, isShort }: DrillOptions): Promise<DrillResult> {
  const ground = new Ground(seed)
  const counts = { kill: 0, terminate: 0, crash: 0, away: 0, freeze: 0, stop: 0 }
  try {
    await ground.start()
    const stopped = new AbortController()
    const lanes = Array.from({ length: LANES }, (_, lane) => load(ground, lane, stopped.signal))
    const all: readonly Disturbance[] = isShort
      ? ['terminate', 'kill', 'crash', 'away', 'terminate']
      : Array.from({ length: 14 }, () => draw(ground.random))
    for (const one of all) {
      const before = ground.accepted.length
      // So much was accepted in between: a moment that nothing of it decides.
      await until(() => ground.accepted.length >= before + 5 + ground.random.below(10))
      await disturb(ground, one)
      counts[one]++
    }
    stopped.abort()
    await Promise.all(lanes)
    const ended = await check(ground)
    const figures = { accepted: ground.accepted.length, ...ended, ...counts }
    return { problems: ground.problems, figures, folder: ground.folder }
  } finally {
    await ground.close()
  }
}

const draw = (random: Random) => disturbances[random.below(disturbances.length)] as Disturbance

async function disturb(ground: Ground, what: Disturbance): Promise<void> {
  const { server, daemons, random } = ground
  const name = NAMES[random.below(NAMES.length)] as string
  const daemon = daemons.get(name) as SharedDaemon
  switch (what) {
    case 'kill':
    case 'stop':
      daemons.delete(name)
      await daemon.end(what === 'kill' ? 'SIGKILL' : 'SIGTERM')
      return await ground.startDaemon(name)
    case 'terminate':
      await server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name LIKE 'latchd%' AND pid <> pg_backend_pid() AND random() < 0.7`,
      )
      return
    case 'crash':
      await server.kill()
      return await server.restart()
    case 'away':
      await server.kill()
      await delay(AWAY_MS)
      return await server.restart()
    case 'freeze':
      daemons.delete(name)
      daemon.signal('SIGSTOP')
      await delay(FROZEN_MS)
      daemon.signal('SIGCONT')
      daemons.set(name, daemon)
      return
    default:
      what satisfies never
  }
}

/** Submits, decides, and asks again with the same keys. */
async function load(ground: Ground, lane: number, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const name = `lane${lane}-${n}`
    const source = programOf(name, ground.random)
    const key = `key ${name}`
    for (let id: string | undefined; id === undefined; ) {
      const answer = await ask(() =>
        post(`${ground.anyUrl}/v1/executions`, { source }, { 'idempotency-key': key }),
      )
      id = answer?.status === 202 || answer?.status === 200 ? answer.body.executionId : undefined
      if (id === undefined) {
        if (signal.aborted) return
        await delay(50)
      } else ground.accepted.push({ id, name, key, source })
    }
    await decideSome(ground)
  }
}

function programOf(name: string, random: Random): string {
  const pay = (n: number) => `pay({ to: '${name} ${n}' });`
  switch (random.below(4)) {
    case 0:
      return `${pay(1)} ${pay(2)} 2`
    case 1:
      return `${pay(1)} for (let i = 0; i < ${random.below(60)}; i++) sleep(20); ${pay(2)} 2`
    case 2:
      return `${pay(1)} human_approval('${name}?'); ${pay(2)} 2`
    default:
      return `const n = [1, 2]; for (const i of n) { pay({ to: '${name} ' + i }); sleep(5) } 2`
  }
}

async function decideSome(ground: Ground): Promise<void> {
  const pending = await ask(() => get(`${ground.anyUrl}/v1/approvals?status=pending&limit=20`))
  for (const { approvalId } of pending?.body?.data ?? []) {
    await ask(() => post(`${ground.anyUrl}/v1/approvals/${approvalId}`, { decision: 'approve' }))
  }
}

/** The answer of a request; `undefined` when the daemon is gone. */
async function ask<T>(request: () => Promise<T>): Promise<T | undefined> {
  // A daemon that ends or is frozen answers nothing: the lane goes to another one.
  return await Promise.race([request().catch(() => undefined), delay(15_000, undefined)])
}

/** Waits for something to hold, for so long at most. @throws {Error} it does not */
async function until(holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const untilMs = performance.now() + Math.min(patience(ms), MOST_PATIENCE * ms)
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error('nothing was accepted for long')
    await delay(20)
  }
}

/** Holds what is left against what was promised. */
async function check(
  ground: Ground,
): Promise<{ readonly completed: number; readonly unsure: number }> {
  const { accepted, problems, server, ledger } = ground
  const live = `SELECT 1 FROM execution WHERE state NOT IN ('completed', 'failed', 'cancelled')`
  await until(async () => {
    await decideSome(ground)
    return (await server.query(live)).rowCount === 0
  }, ENDED_MS).catch(async () => {
    const { rows } = await server.query('SELECT state, count(*) FROM execution GROUP BY state')
    problems.push(`not all has ended: ${JSON.stringify(rows)}`)
  })
  const lines = readFileSync(ledger, 'utf8').split('\n').filter(Boolean)
  const paid = new Map<string, number>()
  for (const line of lines) paid.set(line, (paid.get(line) ?? 0) + 1)
  for (const [line, times] of paid) if (times > 1) problems.push(`${line} was paid ${times} times`)
  let [completed, unsure] = [0, 0]
  for (const { id, name, key, source } of accepted) {
    const { body } = await get(`${ground.anyUrl}/v1/executions/${id}`)
    if (body.status === 'completed') {
      completed++
      for (const n of [1, 2]) {
        if (!paid.has(`${name} ${n}`)) problems.push(`${name} ${n} was answered and not paid`)
      }
    } else if (body.error?.name === 'CallInterruptedError') unsure++
    else problems.push(`${name} is ${JSON.stringify(body.status)}: ${JSON.stringify(body.error)}`)
    const again = await post(
      `${ground.anyUrl}/v1/executions`,
      { source },
      { 'idempotency-key': key },
    )
    if (again.body.executionId !== id) problems.push(`${key} is another execution now`)
  }
  const store = await openPostgresStore({
    databaseUrl: server.url(),
    name: 'checking',
    url: undefined,
  })
  // Positions, epochs and events without a gap or a twin, ends where they belong.
  problems.push(...(await store.verify()))
  await store.close()
  return { completed, unsure }
}
