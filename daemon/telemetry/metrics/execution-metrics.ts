/** Metrics from the events of executions. */

import { Counter, Histogram, type Registry } from 'prom-client'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import { callSeconds, executionSeconds, waitSeconds } from './buckets.ts'
import type { ToolLabels } from './tool-labels.ts'

const MS_PER_SECOND = 1000

/** An instant in milliseconds as seconds since another; a clock that was set back gives 0. */
const secondsFrom = (fromMs: number, toMs: number) => Math.max(0, toMs - fromMs) / MS_PER_SECOND

/** The metrics that are counted from the events of executions. */
export class ExecutionMetrics {
  #labels: ToolLabels
  #started
  #ended
  #stuck
  #parked
  #resumed
  #duration
  #cpu
  #queueTime
  #calls
  #decisions
  #decisionTime

  constructor(registry: Registry, labels: ToolLabels) {
    this.#labels = labels
    const registers = [registry]
    this.#started = new Counter({
      name: 'latchd_executions_started_total',
      help: 'Executions that got their first worker.',
      registers,
    })
    this.#ended = new Counter({
      name: 'latchd_executions_ended_total',
      help: 'Executions that have ended, by status and by the code of their error ("" without one).',
      labelNames: ['status', 'code'],
      registers,
    })
    this.#stuck = new Counter({
      name: 'latchd_executions_stuck_total',
      help: 'Times that an execution became stuck, by the code of its error.',
      labelNames: ['code'],
      registers,
    })
    this.#parked = new Counter({
      name: 'latchd_executions_parked_total',
      help: 'Times that a guest was torn down while it waits.',
      registers,
    })
    this.#resumed = new Counter({
      name: 'latchd_executions_resumed_total',
      help: 'Times that a guest was brought back by replay.',
      registers,
    })
    this.#duration = new Histogram({
      name: 'latchd_execution_duration_seconds',
      help: 'Time from acceptance to the end, waits included, by status.',
      labelNames: ['status'],
      buckets: executionSeconds,
      registers,
    })
    this.#cpu = new Counter({
      name: 'latchd_execution_cpu_seconds_total',
      help: 'Time that the guests of ended executions ran.',
      registers,
    })
    this.#queueTime = new Histogram({
      name: 'latchd_execution_start_delay_seconds',
      help: 'Time from acceptance to the first worker.',
      buckets: waitSeconds,
      registers,
    })
    this.#calls = new Histogram({
      name: 'latchd_call_duration_seconds',
      help: 'Time from the call of a tool to its outcome, a wait for a decision included, by tool and status.',
      labelNames: ['tool', 'status'],
      buckets: callSeconds,
      registers,
    })
    this.#decisions = new Counter({
      name: 'latchd_approvals_decided_total',
      help: 'Approvals that were decided or expired, by what they came to.',
      labelNames: ['status'],
      registers,
    })
    this.#decisionTime = new Histogram({
      name: 'latchd_approval_wait_seconds',
      help: 'Time from the request of an approval to its decision.',
      buckets: executionSeconds,
      registers,
    })
  }

  /** @param createdAtMs when the execution was accepted */
  observe(event: ExecutionEvent, createdAtMs: number): void {
    switch (event.type) {
      case 'execution-started':
        this.#started.inc()
        this.#queueTime.observe(secondsFrom(createdAtMs, event.atMs))
        return
      case 'execution-parked':
        this.#parked.inc()
        return
      case 'execution-resumed':
        this.#resumed.inc()
        return
      case 'execution-stuck':
        this.#stuck.inc({ code: event.error.code })
        return
      case 'execution-ended': {
        const { status, usage } = event.execution
        const code = 'error' in event.execution ? event.execution.error.code : ''
        this.#ended.inc({ status, code })
        this.#duration.observe({ status }, secondsFrom(createdAtMs, event.atMs))
        this.#cpu.inc(usage.cpuMs / MS_PER_SECOND)
        return
      }
      case 'call-completed': {
        const { tool, status, startedAtMs } = event.call
        const labels = { tool: this.#labels.of(tool), status }
        this.#calls.observe(labels, secondsFrom(startedAtMs, event.atMs))
        return
      }
      case 'approval-decided': {
        const { status, createdAtMs: askedAtMs } = event.approval
        this.#decisions.inc({ status })
        this.#decisionTime.observe(secondsFrom(askedAtMs, event.atMs))
        return
      }
      // Counted when they end, or not at all.
      case 'log-written':
      case 'call-started':
      case 'call-progressed':
      case 'file-emitted':
      case 'approval-requested':
        return
      default:
        event satisfies never
    }
  }
}
