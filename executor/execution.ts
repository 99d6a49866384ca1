/** One execution on the host: from its plan, through the guest's calls, to its record's end. */

import { randomBytes } from 'node:crypto'
import { type ExecutionErrorCode, LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/events.ts'
import type { EndedExecution, Execution, ExecutionError, Language } from '../protocol/execution.ts'
import type { LimitName, Limits } from '../protocol/limits.ts'
import { ExecutionRecord } from './execution-record.ts'
import { GuestRun } from './guest-run.ts'
import { setLongTimeout } from './long-timeout.ts'
import type { GuestReport } from './messages.ts'
import type { WorkerPool } from './pool.ts'
import type { Supervision } from './supervision.ts'
import { ToolCalls } from './tool-calls.ts'
import type { Toolbox } from './tools/toolbox.ts'

/** What is to be executed, everything decided. */
export interface ExecutionPlan {
  readonly executionId: string
  readonly source: string
  readonly language: Language
  readonly limits: Limits
  readonly toolbox: Toolbox
  /** Encoded record of inputs. */
  readonly inputs: string | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly createdAtMs: number
}

/** What executions run on. */
export interface ExecutionPowers {
  readonly pool: WorkerPool
  readonly supervision: Supervision
}

/** A new execution's id: 128 random bits. */
export function newExecutionId(): string {
  return `exe_${randomBytes(16).toString('hex')}`
}

export class RunningExecution {
  #plan: ExecutionPlan
  #powers: ExecutionPowers
  #record: ExecutionRecord
  #calls: ToolCalls
  #stopReason: ExecutionError | undefined
  #run: GuestRun | undefined
  #cancelled = new AbortController()

  constructor(
    plan: ExecutionPlan,
    powers: ExecutionPowers,
    onEvent: (event: ExecutionEvent) => void,
  ) {
    this.#plan = plan
    this.#powers = powers
    this.#record = new ExecutionRecord(plan, onEvent)
    this.#calls = new ToolCalls(plan, this.#record, (limit, message) =>
      this.#stop({ code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit }),
    )
  }

  /** The execution as it stands. */
  read(): Execution {
    return this.#record.read()
  }

  /** Ends the execution as soon as its guest looks up; idempotent. */
  cancel(message = 'The execution was cancelled'): void {
    this.#stop({ code: 'CANCELLED', name: 'Cancelled', message })
  }

  /**
   * Runs to the end.
   *
   * @throws {LatchdError} `EXECUTOR_CLOSED` when there are no workers any more
   */
  async run(): Promise<EndedExecution> {
    const { wallMs } = this.#plan.limits
    const restMs = wallMs - (Date.now() - this.#plan.createdAtMs)
    const disarm = setLongTimeout(() => {
      const message = `The execution took longer than wallMs ${wallMs}`
      this.#stop({ code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit: 'wallMs' })
    }, restMs)
    try {
      return this.#end(await this.#runGuest())
    } finally {
      disarm()
    }
  }

  #stop(reason: ExecutionError): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#cancelled.abort(new Stopped())
    this.#run?.stop()
  }

  #end(report: GuestReport | ExecutionError): EndedExecution {
    this.#calls.abort(new Error('The execution has ended'))
    if (!('outcome' in report)) return this.#record.fail(report)
    const { outcome, logs, logsTruncatedBytes } = report
    this.#record.measure(report, logsTruncatedBytes)
    this.#calls.logs(logs)
    switch (outcome.status) {
      case 'completed':
        return this.#record.complete(outcome.output, outcome.isFinalAnswer)
      case 'failed':
        return this.#record.fail(outcome.error)
      case 'stopped':
        return this.#record.fail(this.#stopReason as ExecutionError)
    }
  }

  /** Gives the worker's report, or why there is none. */
  async #runGuest(): Promise<GuestReport | ExecutionError> {
    for (let lost = 0; ; lost++) {
      if (this.#stopReason !== undefined) return this.#stopReason
      const wedged = new AbortController()
      try {
        return await this.#runOnce(wedged)
      } catch (error) {
        if (error instanceof LatchdError) throw error
        if (this.#stopReason !== undefined) return this.#stopReason
        if (wedged.signal.aborted) return this.#overran()
        // A guest that has called nothing has changed nothing: it may run again.
        if (lost > 0 || this.#record.callCount > 0) return engineFailure(error)
        this.#calls.repeatLogs()
      }
    }
  }

  async #runOnce(wedged: AbortController): Promise<GuestReport> {
    const { pool, supervision } = this.#powers
    const { source, language, limits, inputs, toolbox } = this.#plan
    let run: GuestRun | undefined
    let unwatch = () => {}
    try {
      return await pool.run(
        () => {
          run = new GuestRun(this.#calls)
          this.#run = run
          if (this.#record.read().status === 'queued') this.#record.start()
          const isStopping = () => this.#stopReason !== undefined
          unwatch = supervision.watch(run, limits.cpuMs, isStopping, () => wedged.abort())
          const { port, latch } = run
          const seed = newSeed()
          const tools = toolbox.guestTools
          return {
            source,
            language,
            tools,
            inputs,
            seed,
            startedAtMs: Date.now(),
            limits,
            port,
            latch,
          }
        },
        wedged.signal,
        this.#cancelled.signal,
      )
    } finally {
      unwatch()
      run?.close()
      this.#run = undefined
    }
  }

  #overran(): ExecutionError {
    const { cpuMs } = this.#plan.limits
    const limit: LimitName = 'cpuMs'
    const message = `The program ran for more than cpuMs ${cpuMs} in one built-in call; its worker was replaced`
    return { code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit }
  }
}

/** Why an execution left the queue before it had started. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

function engineFailure(error: unknown): ExecutionError {
  const code: ExecutionErrorCode = 'ENGINE_FAILURE'
  const reason = error instanceof Error ? error.message : String(error)
  return { code, name: 'EngineFailure', message: `The worker was lost: ${reason}` }
}

function newSeed(): [number, number, number, number] {
  const words = new Uint32Array(randomBytes(16).buffer.slice(0, 16))
  return [words[0] as number, words[1] as number, words[2] as number, words[3] as number]
}
