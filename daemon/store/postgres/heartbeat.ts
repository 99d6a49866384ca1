/**
 * The heartbeat of a daemon: it renews the lease, looks after the daemon's executions, and finds out
 * about the others. Looks for news, which are more frequent, give up the daemons that are dead.
 *
 * While the last good heartbeat is older than half of the lease, no write of this daemon is acknowledged:
 * so no call leaves that another daemon may be about to make.
 */

import { LatchdError } from '../../../protocol/errors.ts'
import type { PeerFacts, StoreNews } from '../sharing.ts'
import { giveBackExecution } from './claims.ts'
import {
  type DaemonFacts,
  glance,
  type HeartbeatFindings,
  LEASE_MS,
  listPeers,
  lookAfter,
  type Peer,
  reap,
  register,
  renew,
} from './daemons.ts'
import type { Database } from './database.ts'

const HEARTBEAT_MS = 2000
/** Both clocks are read in whole milliseconds. */
const ROUNDED_MS = 1
/** News are looked for this often: one statement, by indexes that hold nothing else. */
const GLANCE_MS = 400

/**
 * Daemons whose rows each heartbeat reads. Of more daemons each reads them at a part of its heartbeats, so that
 * the rows that are read in a second grow with the number of daemons and not with its square.
 */
const PEERS_EACH_HEARTBEAT = 50

/** Sends the heartbeats of one daemon. */
export class Heartbeat {
  #database: Database
  #facts: DaemonFacts & { readonly peer?: PeerFacts }
  #now: () => number
  #number = 0
  #news: StoreNews | undefined
  #timer: NodeJS.Timeout | undefined
  #glances: NodeJS.Timeout | undefined
  #underWay: Promise<void> | undefined
  #glancing: Promise<void> | undefined
  #lastGoodMs = 0
  #heartbeats = 0
  #peers: readonly Peer[] = []
  /** Executions that the last heartbeat found in the store and not in memory. */
  #missing: ReadonlySet<string> = new Set()
  /** Decisions that were handed on. */
  #reported: ReadonlySet<string> = new Set()
  #cancelled: ReadonlySet<string> = new Set()
  /** How far the database's clock is ahead of this machine's. */
  #offsetMs = 0

  /** @param now a clock of this machine, which need not show the time */
  constructor(database: Database, facts: DaemonFacts, now: () => number) {
    this.#database = database
    this.#facts = facts
    this.#now = now
  }

  /** The names, the address and the version of this daemon, as the others read them. */
  get facts(): DaemonFacts & { readonly peer?: PeerFacts } {
    return this.#facts
  }

  /** The daemon knows what its executions run on. */
  set runtime(runtime: string) {
    this.#facts = { ...this.#facts, runtime }
  }

  /** How the daemon is reached, whenever it is registered anew. */
  announce(peer: PeerFacts): void {
    this.#facts = { ...this.#facts, peer }
  }

  /** The other daemons that live, as of a late heartbeat. */
  get peers(): readonly Peer[] {
    return this.#peers
  }

  /** The number of this daemon; 0 before it is registered. */
  get number(): number {
    return this.#number
  }

  /** Registers the daemon. */
  async register(): Promise<void> {
    const number = await this.#database.transaction(tx =>
      register(tx, this.#facts, tx.before as number | undefined),
    )
    this.renumber(number)
    await this.#readClock()
  }

  /** The time of the database, in epoch milliseconds. */
  get nowMs(): number {
    return this.#now() + this.#offsetMs
  }

  /** Learns what time it is, before anything is done by it. */
  async #readClock(): Promise<void> {
    const before = this.#now()
    const [row] = await this.#database.read(tx =>
      tx.rows<{ now_ms: number }>('SELECT latchd_now() AS now_ms'),
    )
    this.#setClock(before, row?.now_ms as number)
  }

  /**
   * The database has read its clock at some instant since. What fits that stays as it is, so that
   * daemons on one machine have one clock, however slow an answer is.
   */
  #setClock(before: number, databaseMs: number): void {
    const [least, most] = [databaseMs - this.#now() - ROUNDED_MS, databaseMs - before + ROUNDED_MS]
    this.#offsetMs = Math.min(Math.max(this.#offsetMs, least), most)
  }

  /** The daemon was registered anew. */
  renumber(number: number): void {
    this.#number = number
    this.#lastGoodMs = performance.now()
  }

  /** Reports news, and sends a heartbeat at intervals. */
  start(news: StoreNews): void {
    this.#news = news
    this.#timer ??= setInterval(() => void this.send(), HEARTBEAT_MS)
    this.#glances ??= setInterval(() => void this.glance(), GLANCE_MS)
  }

  /**
   * The others took this daemon for dead: registers it anew.
   *
   * @throws {LatchdError} `STORE_UNAVAILABLE`
   */
  async again(): Promise<void> {
    await this.#underWay
    const isKnown = await this.#database.transaction(tx => renew(tx, this.#number))
    if (isKnown === undefined) await this.#startAnew()
  }

  /** Sends no more heartbeats; resolves when one under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#glances)
    this.#timer = undefined
    await Promise.all([this.#underWay, this.#glancing])
  }

  /** Sends a heartbeat now, or joins one under way. Never rejects. */
  send(): Promise<void> {
    this.#underWay ??= this.#send()
      .catch(error => this.#news?.onFault(error))
      .finally(() => {
        this.#underWay = undefined
      })
    return this.#underWay
  }

  /**
   * Resolves when this daemon is known to live.
   *
   * @throws {LatchdError} `STALE_OWNER`: it is not, or cannot be known to
   */
  async alive(number: number): Promise<void> {
    if (this.#timer === undefined) return
    if (this.#isStale) await this.send()
    if (!this.#isStale && this.#number === number) return
    throw new LatchdError('STALE_OWNER', 'Cannot go on: the lease of this daemon is over')
  }

  get #isStale(): boolean {
    return performance.now() - this.#lastGoodMs > LEASE_MS / 2
  }

  async #send(): Promise<void> {
    const beganMs = performance.now()
    const before = this.#now()
    const load = this.#news?.load()
    const seenMs = await this.#database.transaction(tx => renew(tx, this.#number, load))
    if (seenMs === undefined) {
      await this.#startAnew()
      return
    }
    this.#lastGoodMs = beganMs
    this.#setClock(before, seenMs)
    if (this.#heartbeats++ % Math.ceil((1 + this.#peers.length) / PEERS_EACH_HEARTBEAT) === 0) {
      this.#peers = await this.#database.read(tx => listPeers(tx, this.#number))
    }
    const news = this.#news
    if (news === undefined) return
    const facts = { working: news.working(), queued: news.queued() }
    const findings = await this.#database.transaction(tx => lookAfter(tx, this.#number, facts))
    await this.#putRight(news, findings)
  }

  async #startAnew(): Promise<void> {
    await this.register()
    this.#news?.onDeclaredDead()
  }

  /** Looks for news, between heartbeats too. Never rejects. */
  glance(): Promise<void> {
    this.#glancing ??= this.#glance()
      .catch(error => this.#news?.onFault(error))
      .finally(() => {
        this.#glancing = undefined
      })
    return this.#glancing
  }

  async #glance(): Promise<void> {
    const news = this.#news
    if (news === undefined) return
    const found = await this.#database.read(tx => glance(tx, this.#number, this.nowMs))
    const { decided, cancelled, isDue, hasWebhooks, hasDead } = found
    const reported = decided.filter(
      one => this.#reported.has(one.approval.approvalId) || news.onDecided(one),
    )
    this.#reported = new Set(reported.map(({ approval }) => approval.approvalId))
    this.#cancelled = new Set(
      cancelled.filter(id => this.#cancelled.has(id) || news.onCancelled(id)),
    )
    if (hasWebhooks) news.onWebhooks()
    if (hasDead) await this.#reap(news)
    if (isDue || hasDead) news.onDue()
  }

  /** Gives up the daemons that are dead. Of two that find one at once the first does. */
  async #reap(news: StoreNews): Promise<void> {
    const stuck = await this.#database.transaction(reap)
    if (stuck.length > 0) news.onStuck(stuck)
    this.#peers = await this.#database.read(tx => listPeers(tx, this.#number))
  }

  /** Gives back what the store has for this daemon's and its memory has not. */
  async #putRight(news: StoreNews, { owned, unqueued }: HeartbeatFindings): Promise<void> {
    if (unqueued.length > 0) news.onUnqueued(unqueued)
    const missing = owned.filter(({ execution_id }) => !news.isHere(execution_id))
    // Twice in a row: one heartbeat alone may fall between the commit and its answer.
    const strays = missing.filter(({ execution_id }) => this.#missing.has(execution_id))
    this.#missing = new Set(missing.map(({ execution_id }) => execution_id))
    for (const { execution_id, epoch } of strays) {
      await this.#database.transaction(tx => giveBackExecution(tx, execution_id, epoch, 0))
    }
    if (strays.length > 0) news.onDue()
  }
}
