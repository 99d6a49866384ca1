/** One execution on the host: from its plan, through the runs of its guest, to its record's end. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type {
  EndedExecution,
  Execution,
  ExecutionError,
} from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import type { LimitName } from '../../protocol/limits.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { JournalRecord } from '../boundary/journal-record.ts'
import type { CompiledProgram, GuestReport } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import { TextBudget } from '../calls/text-budget.ts'
import { ToolCalls } from '../calls/tool-calls.ts'
import { ExecutionRecord } from '../record/execution-record.ts'
import { decidedIn, type StoredUsage } from '../record/fold-execution.ts'
import { armDeadline } from './deadline.ts'
import { engineFailure, limitExceeded, Stopped } from './execution-errors.ts'
import type {
  ExecutionDependencies,
  ExecutionPlan,
  RestoredExecution,
  RunEnd,
} from './execution-plan.ts'
import { type Departure, ExecutionState, type Parked } from './execution-state.ts'
import { GuestRuns } from './guest-runs.ts'
import { SessionOfExecution, sessionLeft } from './session-of-execution.ts'
import { Suspended } from './suspended.ts'
import { TypeChecks } from './type-checks.ts'

/** Waits shorter than this are not worth a way through the store. */
const EVICT_MS = 1000

/** Runs one execution: its guest on a worker, its calls, its record, until it ends or waits. */
export class RunningExecution {
  #plan: ExecutionPlan
  #host: ExecutionHost
  #record: ExecutionRecord
  #calls: ToolCalls
  #runs: GuestRuns
  #state = new ExecutionState()
  #now: () => number
  /** Approvals whose decision has been emitted. */
  #emittedDecided = new Set<string>()
  #session: SessionOfExecution
  #cancelled = new AbortController()
  #types: TypeChecks
  /** Wakes {@link #canGoOn}. */
  #onChange: (() => void) | undefined

  constructor(
    plan: ExecutionPlan,
    deps: ExecutionDependencies,
    host: ExecutionHost,
    restored?: RestoredExecution,
  ) {
    this.#plan = plan
    this.#host = host
    this.#session = new SessionOfExecution(host)
    this.#now = deps.now ?? Date.now
    const onEvent = (event: ExecutionEvent) => host.onEvent(event)
    this.#record = new ExecutionRecord(plan, onEvent, host.redaction, this.#now)
    this.#types = new TypeChecks(plan, deps.typeChecker, this.#cancelled.signal)
    if (restored !== undefined) {
      this.#emittedDecided = decidedIn(restored.events)
      this.#record.restore(restored.events, restored.startedAtMs, restored.usage)
    }
    const listener = {
      onLimit: (limit: LimitName, message: string) => this.#stop(limitExceeded(limit, message)),
      onStuck: (error: ExecutionError) => this.markStuck(error),
      onFault: (error: unknown) => this.abandon(error),
      onSettled: () => this.#onChange?.(),
      onProgram: (program: CompiledProgram) => {
        this.#runs.program = program
        host.writer?.program(program)
      },
    }
    const timing = { latencies: deps.latencies, now: this.#now }
    this.#calls = new ToolCalls(plan, this.#record, host, listener, timing, restored)
    const { pool, supervision, latencies } = deps
    this.#runs = new GuestRuns(
      {
        ...{ pool, supervision, latencies, plan, host, record: this.#record, calls: this.#calls },
        ...{ state: this.#state, session: this.#session, cancelled: this.#cancelled.signal },
        isRestored: restored !== undefined,
      },
      restored?.program,
    )
  }

  /** The execution as it stands. */
  read(): Execution {
    return this.#record.read()
  }

  /** Aborted as soon as the execution is to end before its guest has. */
  get left(): AbortSignal {
    return this.#cancelled.signal
  }

  /** About how many bytes its calls hold in memory. */
  get heldBytes(): number {
    return this.#calls.heldBytes
  }

  /** The store has these records: their texts need not stay in memory. */
  release(stored: readonly JournalRecord[]): void {
    this.#calls.journal.release(stored)
  }

  /** When its guest first had a worker. */
  get startedAtMs(): number | undefined {
    return this.#record.startedAtMs
  }

  /** The usage so far. */
  get usage(): StoredUsage {
    return this.#record.usage
  }

  /**
   * The state that a store needs beside the plan and the events, so that the execution can go on.
   */
  kept(): Omit<RestoredExecution, 'events'> {
    return {
      records: this.#calls.journal.records,
      approvals: this.#calls.approvals.list(),
      startedAtMs: this.#record.startedAtMs,
      usage: this.#record.usage,
      program: this.#runs.program,
    }
  }

  /** Ends the execution as soon as its guest looks up; idempotent. */
  cancel(message = 'The execution was cancelled'): void {
    this.#stop({ code: 'CANCELLED', name: 'Cancelled', message })
  }

  /**
   * Tears the guest down wherever it is: {@link run} returns `waiting`, and the execution goes on
   * from its store. Its tools are aborted, as if the process were lost.
   */
  suspend(): void {
    this.#leave({ kind: 'suspended' })
  }

  /** Keeps it from going on, running or not: {@link run} returns `stuck`. */
  markStuck(error: ExecutionError): void {
    this.#leave({ kind: 'stuck', error })
  }

  /**
   * Tears the guest down since this process could not store what it did: {@link run} rejects with
   * the error, no program sees it, and the execution goes on from its store.
   */
  abandon(error: unknown): void {
    this.#leave({ kind: 'fault', error })
  }

  /** Ends it with an error of this process's, when it has no store to go on from. */
  lose(error: unknown): EndedExecution {
    const execution = this.#record.read()
    return isEnded(execution) ? execution : this.#record.fail(engineFailure(error))
  }

  /** Hands over a decision that has been stored. */
  decide(decided: CallApproval): void {
    this.#emittedDecided.add(decided.approval.approvalId)
    this.#calls.approvals.decide(decided)
  }

  /** Drops the timers of this process. The execution goes on from its store. */
  evict(): void {
    this.#calls.evict()
  }

  /**
   * Runs to the end, or until the execution can only wait.
   *
   * @throws {LatchdError} `EXECUTOR_CLOSED` when there are no workers any more
   * @throws the error of {@link abandon}
   */
  async run(): Promise<RunEnd> {
    const disarm = armDeadline(this.#plan, this.#now(), error => this.#stop(error))
    try {
      this.#emitDecided()
      if (this.#plan.sessionId && this.#state.isFree) await this.#session.open()
      const { typecheck = 'off' } = this.#plan
      if (typecheck !== 'off' && this.#state.isFree) await this.#checkTypes()
      return await this.#runToEnd()
    } finally {
      disarm()
    }
  }

  /** Checks the types once, before the first run. The event of the start carries the findings. */
  async #checkTypes(): Promise<void> {
    if (this.#record.startedAtMs !== undefined) return
    const diagnostics = await this.#types.diagnose(this.#session.hasHistory)
    this.#record.diagnose(diagnostics)
    const error = this.#types.refusal(diagnostics)
    if (error !== undefined) this.#stop(error)
  }

  /** Emits decisions that were made while the execution was evicted. */
  #emitDecided(): void {
    for (const { approval } of this.#calls.approvals.list()) {
      if (approval.status === 'pending' || this.#emittedDecided.has(approval.approvalId)) continue
      this.#emittedDecided.add(approval.approvalId)
      this.#record.emitApproval('approval-decided', approval)
    }
  }

  async #runToEnd(): Promise<RunEnd> {
    for (;;) {
      if (this.#state.parked !== undefined) {
        const wakeAtMs = await this.#canGoOn()
        if (wakeAtMs !== undefined) return { kind: 'waiting', wakeAtMs }
      }
      const report = await this.#runs.run()
      if (report !== undefined && 'outcome' in report) {
        if (await this.#session.openWhole(report.outcome)) continue
        this.#record.measure(report)
        this.#record.addLogs(report.logs)
        if (report.outcome.status === 'parked' && this.#state.isFree) {
          const { awaited, received } = report.outcome
          this.#state.enterParked({ awaited, received, sinceMs: performance.now() })
          continue
        }
      }
      if (report === undefined || 'code' in report || !this.#state.isFree) return this.#end(report)
      const hasCalled = this.#record.calls.count > 0
      return this.#end(await this.#types.explained(report, hasCalled, this.#session.hasHistory))
    }
  }

  /**
   * Waits, parked, until the guest can go on.
   *
   * @returns the instant until which nothing is to do, when the execution may be evicted before
   */
  async #canGoOn(): Promise<number | undefined> {
    const parked = this.#state.parked as Parked
    let isReported = false
    for (;;) {
      const mayGoOn =
        !this.#state.isFree || this.#calls.journal.canResume(parked.awaited, parked.received)
      // An approval is named only when it may be decided. A writer stores it with what names it.
      const isDurable = this.#host.writer?.isDurable === true
      if (mayGoOn ? !isReported : isDurable || !this.#calls.isShowingApproval()) {
        this.#record.park(this.#calls.waitingFor())
        isReported = true
      }
      if (mayGoOn) break
      const wakeAtMs = isDurable ? this.#calls.wakeAtMs() : undefined
      if (wakeAtMs !== undefined && wakeAtMs - this.#now() > EVICT_MS) return wakeAtMs
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onChange = resolve
      await promise
    }
    this.#record.addWait(performance.now() - parked.sinceMs)
    this.#state.leaveParked()
    return undefined
  }

  #stop(error: ExecutionError): void {
    this.#leave({ kind: 'stopped', error })
  }

  #leave(why: Departure): void {
    if (!this.#state.enterLeaving(why)) return
    this.#cancelled.abort(new Stopped())
    this.#state.guest?.stop()
    this.#onChange?.()
  }

  /** @param report of the last run, or why there is none; `undefined` after a stop from here */
  #end(report: GuestReport | ExecutionError | undefined): RunEnd {
    const why = this.#state.departure
    this.#state.enterSettled()
    if (why?.kind === 'fault') {
      this.#calls.abort(() => new Suspended())
      throw why.error
    }
    const { outcome, ...left } = report !== undefined && 'outcome' in report ? report : {}
    const hasEnded = outcome?.status === 'completed' || outcome?.status === 'failed'
    if (why?.kind === 'suspended' && !hasEnded) {
      this.#calls.abort(() => new Suspended())
      return { kind: 'waiting', wakeAtMs: this.#now() }
    }
    const diverged = outcome?.status === 'diverged' ? outcome.error : undefined
    const stuck = why?.kind === 'stuck' ? why.error : diverged
    if (stuck !== undefined && this.#host.writer?.isDurable) {
      this.#calls.evict()
      return { kind: 'stuck', execution: this.#record.markStuck(stuck) }
    }
    this.#calls.abort(() => new Error('The execution has ended'))
    const lost = report !== undefined && 'code' in report ? report : undefined
    const place = outcome?.status === 'stopped' ? outcome.place : undefined
    const stopped = why?.kind === 'stopped' ? { ...why.error, ...place } : undefined
    const error = outcome?.status === 'failed' ? outcome.error : (stuck ?? stopped ?? lost)
    const execution =
      outcome?.status === 'completed'
        ? this.#record.complete(outcome.output, outcome.isFinalAnswer)
        : this.#record.fail(error as ExecutionError)
    const work = () => this.#runs.work(TextBudget.unlimited())
    return { kind: 'ended', execution, ...sessionLeft(left, outcome, work) }
  }
}
