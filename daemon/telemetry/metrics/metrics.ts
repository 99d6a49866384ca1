/** The metrics of one daemon, in a registry of its own: see `docs/operations.md`. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { GuestPool } from '../../../executor/boundary/guest-pool.ts'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { Store } from '../../store/store.ts'
import type { MemoryGuard } from '../../upkeep/memory-guard.ts'
import { waitSeconds } from './buckets.ts'
import { ExecutionMetrics } from './execution-metrics.ts'
import { MeasuredPool } from './measured-pool.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { type SourceFacts, SourceMetrics } from './source-metrics.ts'
import { StoreMetrics } from './store-metrics.ts'
import { ToolLabels } from './tool-labels.ts'

const MS_PER_SECOND = 1000

/** Values that each scrape reads; each must be cheap. */
export interface MetricSources {
  /** New executions that wait for a worker. */
  readonly queued: () => number
  /** Executions in memory that have not ended. */
  readonly live: () => number
  /** Servers and documents whose tools programs call. */
  readonly sources: SourceFacts
  /** Clients that are connected by WebSocket. */
  readonly connections: () => number
  readonly memory: MemoryGuard
}

/** Facts about a daemon, as labels of `latchd_info`. */
export interface DaemonFacts {
  readonly version: string
  readonly node: string
  readonly engine: string
}

/** The metrics of a daemon: a registry, and what feeds it. */
export class Metrics {
  readonly registry = new Registry()
  readonly store: StoreMetrics
  readonly pool: MeasuredPool
  #executions: ExecutionMetrics
  #sources: SourceMetrics | undefined
  #webhooks
  #refusals
  #stopProcess: () => void

  /**
   * @param isOwnTool whether the daemon itself has a tool of this name
   * @param nodeName the label `node` of each series, among several daemons; absent: there is none.
   *   `latchd_info` has had a label of that name before, which is the version of Node.
   */
  constructor(
    pool: GuestPool,
    store: Pick<Store, 'load'>,
    facts: DaemonFacts,
    isOwnTool: (name: string) => boolean,
    nodeName?: string,
  ) {
    const { registry } = this
    if (nodeName !== undefined) registry.setDefaultLabels({ node: nodeName })
    const registers = [registry]
    new Gauge({
      name: 'latchd_info',
      help: 'What this daemon is; always 1.',
      labelNames: ['version', 'node', 'engine', 'isolation'],
      registers,
    }).set({ ...facts, isolation: pool.isolation }, 1)
    const waited = new Histogram({
      name: 'latchd_worker_wait_seconds',
      help: 'Time that an execution that can run waits for a worker: its first, or to be resumed.',
      labelNames: ['kind'],
      buckets: waitSeconds,
      registers,
    })
    const lost = new Counter({
      name: 'latchd_workers_lost_total',
      help: 'Runs of executions that lost their worker.',
      labelNames: ['reason'],
      registers,
    })
    this.pool = new MeasuredPool(pool, {
      onLease: (waitedMs, isResume) =>
        waited.observe({ kind: isResume ? 'resume' : 'start' }, waitedMs / MS_PER_SECOND),
      onLoss: reason => lost.inc({ reason }),
    })
    addWorkerMetrics(registers, this.pool)
    this.#executions = new ExecutionMetrics(registry, new ToolLabels(isOwnTool))
    this.store = new StoreMetrics(registry, store)
    this.#webhooks = new Counter({
      name: 'latchd_webhook_failures_total',
      help: 'Attempts to deliver a webhook that failed; "given-up": the last one of its message.',
      labelNames: ['kind'],
      registers,
    })
    this.#refusals = new Counter({
      name: 'latchd_http_refusals_total',
      help: 'Requests that were refused, by the code of the problem.',
      labelNames: ['code'],
      registers,
    })
    this.#stopProcess = addProcessMetrics(registry, () => pool.pids ?? [])
  }

  /** Adds the metrics of the rest of the daemon, once that exists. */
  watch({ queued, live, connections, memory, sources }: MetricSources): void {
    const registers = [this.registry]
    this.#sources = new SourceMetrics(registers, sources)
    const gauge = gaugesIn(registers)
    gauge('latchd_queue_length', 'New executions that wait for a worker.', queued)
    gauge('latchd_executions_live', 'Executions in memory that have not ended.', live)
    gauge('latchd_client_connections', 'WebSocket connections of clients.', connections)
    gauge(
      'latchd_held_limit_bytes',
      'What may be held of the memory before new executions are refused.',
      () => memory.limitBytes,
    )
    new Gauge({
      name: 'latchd_held_bytes',
      help: 'Memory held by the calls of executions, by ended ones, and by events that wait for readers.',
      labelNames: ['kind'],
      registers,
      collect() {
        for (const [kind, read] of Object.entries(memory.held)) this.set({ kind }, read())
      },
    })
  }

  /** Something has happened to an execution. @param createdAtMs when it was accepted */
  onEvent(event: ExecutionEvent, createdAtMs: number): void {
    this.#executions.observe(event, createdAtMs)
  }

  /** Counts a failed delivery of a webhook. @param isLast whether its message is given up */
  onWebhookFailure(isLast: boolean): void {
    this.#webhooks.inc({ kind: isLast ? 'given-up' : 'retried' })
  }

  /** A request was refused. */
  onRefusal(code: string): void {
    this.#refusals.inc({ code })
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    this.#sources?.update()
    return this.registry.metrics()
  }

  close(): void {
    this.#stopProcess()
  }
}

/** Makes gauges that each scrape reads. */
const gaugesIn =
  (registers: Registry[]) =>
  (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })

function addWorkerMetrics(registers: Registry[], pool: MeasuredPool): void {
  const gauge = gaugesIn(registers)
  gauge('latchd_workers', 'Worker threads.', () => pool.workers)
  gauge('latchd_workers_busy', 'Worker threads that an execution holds.', () => pool.active)
  gauge(
    'latchd_resume_queue_length',
    'Parked executions that can go on and wait for a worker.',
    () => pool.resuming,
  )
  new Counter({
    name: 'latchd_worker_busy_seconds_total',
    help: 'Time that worker threads were held by executions, added up.',
    registers,
    collect() {
      this.reset()
      this.inc(pool.heldMs / MS_PER_SECOND)
    },
  })
}
