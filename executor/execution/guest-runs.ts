/** The runs of one execution's guest: each on a worker, and again when a worker was lost. */

import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionError } from '../../protocol/execution/execution.ts'
import { ForgedMessage, type GuestWork, SharedLoss, ThreadEnded } from '../boundary/guest-pool.ts'
import type { CompiledProgram, GuestReport, GuestTask } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import type { TextBudget } from '../calls/text-budget.ts'
import type { ToolCalls } from '../calls/tool-calls.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'
import { engineFailure, unresponsive } from './execution-errors.ts'
import type { ExecutionDependencies, ExecutionPlan } from './execution-plan.ts'
import type { ExecutionState } from './execution-state.ts'
import type { SessionOfExecution } from './session-of-execution.ts'

/** What {@link GuestRuns} work with. */
export interface GuestRunsDependencies
  extends Pick<ExecutionDependencies, 'pool' | 'supervision' | 'latencies'> {
  readonly plan: ExecutionPlan
  readonly host: ExecutionHost
  readonly record: ExecutionRecord
  readonly calls: ToolCalls
  readonly state: ExecutionState
  readonly session: SessionOfExecution
  /** Aborted when the execution is to leave its guest. */
  readonly cancelled: AbortSignal
  /** Whether another process began the execution, or this one evicted it. */
  readonly isRestored: boolean
}

/** Runs the guest of one execution. */
export class GuestRuns {
  #deps: GuestRunsDependencies
  /** The program as its first run compiled it; absent before that. */
  program: CompiledProgram | undefined

  constructor(deps: GuestRunsDependencies, program: CompiledProgram | undefined) {
    this.#deps = deps
    this.program = program
  }

  /** Returns the worker's report, or why there is none; `undefined` after a stop from here. */
  async run(): Promise<GuestReport | ExecutionError | undefined> {
    const { host, plan, state } = this.#deps
    for (let lost = 0; ; ) {
      if (!state.isFree) return undefined
      try {
        return await this.#runOnce()
      } catch (error) {
        if (error instanceof LatchdError) throw error
        if (!state.isFree) return undefined
        if (error instanceof ThreadEnded) return unresponsive(plan.limits.cpuMs)
        // Its journal brings the guest back to where the worker was lost.
        if (error instanceof SharedLoss) continue
        host.onWorkerLost?.()
        if (error instanceof ForgedMessage || ++lost > 1) return engineFailure(error)
      }
    }
  }

  async #runOnce(): Promise<GuestReport> {
    const { calls, host, plan, pool, record, state, supervision } = this.#deps
    let isBegun = false
    let unwatch = () => {}
    try {
      const report = pool.run({
        ...{ owner: plan.caller, session: plan.sessionId },
        language: plan.language,
        execution: this,
        begin: run => {
          isBegun = true
          state.enterRunning(run)
          const { cpuMs } = plan.limits
          unwatch = supervision.watch(
            run,
            cpuMs,
            () => !state.isFree,
            () => run.endThread(),
          )
          const work = this.work()
          calls.attach(run)
          host.onWorker?.(true)
          return work
        },
        receive: message => calls.receive(message),
        isResume: record.startedAtMs !== undefined,
        cancelled: this.#deps.cancelled,
      })
      host.onQueued?.()
      return await report
    } finally {
      unwatch()
      if (isBegun) {
        state.leaveRunning()
        host.onWorker?.(false)
      }
      calls.attach(undefined)
    }
  }

  /**
   * What a run begins with.
   *
   * @param texts the budget of the journal's texts that go with it; absent: that of one piece
   */
  work(texts?: TextBudget): GuestWork {
    const { plan, record, calls } = this.#deps
    const { source, language, limits, inputs, toolbox, seed, timeZone } = plan
    const startedAtMs = record.start()
    return {
      executionId: plan.executionId,
      source,
      language,
      program: this.program,
      wantsProgram: this.program === undefined && this.#isProgramKept(),
      tools: toolbox.guestTools,
      session: this.#deps.session.opened,
      inputs,
      seed,
      startedAtMs,
      timeZone,
      limits,
      journal: calls.journal.deliveries(texts),
      isRestored: this.#deps.isRestored,
      emittedLogs: record.logCount,
      chargedCpuMs: record.usage.cpuMs,
      expectedMs: this.#deps.pool.isPressed ? this.#expectedMs : undefined,
    }
  }

  /** How long calls take, by the index of the tool; one that was decided is answered at once. */
  get #expectedMs(): GuestTask['expectedMs'] {
    const { calls, latencies, plan } = this.#deps
    return latencies.expected(plan.toolbox.tools, !calls.hasDecided())
  }

  /** Whether a later process may run the program again: with the execution, or its session. */
  #isProgramKept(): boolean {
    const { host, plan } = this.#deps
    const { writer } = host
    return writer !== undefined && (writer.isDurable || plan.sessionId !== undefined)
  }
}
