/** The metrics of the store. */

import { Gauge, Histogram, type Registry } from 'prom-client'
import type { Store } from '../../store/store.ts'
import type { StoreLoad } from '../../store/store-load.ts'
import { storeLimits } from '../../upkeep/store-guard.ts'
import { batchSizes, commitSeconds } from './buckets.ts'

const MS_PER_SECOND = 1000

/** The store's thread spends at most this share of its time on being counted. */
const COST_SHARE = 0.05

const liveStates = ['queued', 'running', 'waiting', 'stuck'] as const

/** The metrics of a store: commits as they happen, what it holds when it is scraped. */
export class StoreMetrics {
  #store: Pick<Store, 'load'>
  #commitTime
  #batchSize
  #reading: Promise<void> | undefined
  /** By `performance.now()`: until then the last counts are used again. */
  #holdsUntilMs = -1

  constructor(registry: Registry, store: Pick<Store, 'load'>) {
    this.#store = store
    const registers = [registry]
    this.#commitTime = new Histogram({
      name: 'latchd_store_commit_seconds',
      help: 'Time from sending a batch with writes to the store until it is on disk.',
      buckets: commitSeconds,
      registers,
    })
    this.#batchSize = new Histogram({
      name: 'latchd_store_commit_operations',
      help: 'Operations that shared a batch with writes.',
      buckets: batchSizes,
      registers,
    })
    this.#addGauges(registers)
  }

  /** A batch with writes is on disk. */
  onCommit(operations: number, tookMs: number): void {
    this.#commitTime.observe(tookMs / MS_PER_SECOND)
    this.#batchSize.observe(operations)
  }

  #addGauges(registers: Registry[]): void {
    const executions = new Gauge({
      name: 'latchd_store_executions',
      help: 'Durable executions that have not ended, by state.',
      labelNames: ['state'],
      registers,
      // The first of these gauges that is collected reads the values of all.
      collect: () => this.#read(set),
    })
    const unclaimed = new Gauge({
      name: 'latchd_resumes_unloaded',
      help: 'Executions of the store that can go on and wait to be loaded.',
      registers,
      collect: () => this.#read(set),
    })
    const approvals = new Gauge({
      name: 'latchd_approvals_pending',
      help: 'Approvals that wait for a person.',
      registers,
      collect: () => this.#read(set),
    })
    const webhooks = new Gauge({
      name: 'latchd_webhooks_pending',
      help: 'Messages to webhooks that have not arrived.',
      registers,
      collect: () => this.#read(set),
    })
    const sessions = new Gauge({
      name: 'latchd_sessions',
      help: 'Sessions, in use or not.',
      registers,
      collect: () => this.#read(set),
    })
    const limits = new Gauge({
      name: 'latchd_store_limit',
      help: 'How many sessions and pending messages there may be before further ones are refused.',
      labelNames: ['kind'],
      registers,
    })
    for (const [kind, limit] of Object.entries(storeLimits)) limits.set({ kind }, limit)
    const bytes = new Gauge({
      name: 'latchd_store_bytes',
      help: 'Bytes of the store that are in use.',
      registers,
      collect: () => this.#read(set),
    })
    const sessionBytes = new Gauge({
      name: 'latchd_session_bytes',
      help: 'Bytes of the states of sessions in the store.',
      registers,
      collect: () => this.#read(set),
    })
    const set = (load: StoreLoad) => {
      for (const state of liveStates) executions.set({ state }, load.executions[state])
      unclaimed.set(load.unclaimed)
      approvals.set(load.pendingApprovals)
      webhooks.set(load.pendingWebhooks)
      sessions.set(load.sessions)
      bytes.set(load.bytes)
      sessionBytes.set(load.sessionBytes)
    }
  }

  /** Counts again unless that was done a moment ago; several scrapes share one count. */
  #read(set: (load: StoreLoad) => void): Promise<void> {
    this.#reading ??= this.#count(set).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #count(set: (load: StoreLoad) => void): Promise<void> {
    const startedAtMs = performance.now()
    if (startedAtMs < this.#holdsUntilMs) return
    set(await this.#store.load())
    const now = performance.now()
    this.#holdsUntilMs = now + (now - startedAtMs) / COST_SHARE
  }
}
