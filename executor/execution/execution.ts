/** One execution on the host: from its plan, through the runs of its guest, to its record's end. */

import { randomBytes } from 'node:crypto'
import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import { type ExecutionErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import {
  type EndedExecution,
  type Execution,
  type ExecutionError,
  isEnded,
  type Language,
  type Typecheck,
} from '../../protocol/execution/execution.ts'
import type { LimitName, Limits } from '../../protocol/limits.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import {
  ForgedMessage,
  type GuestLink,
  type GuestPool,
  type GuestWork,
  SharedLoss,
} from '../boundary/guest-pool.ts'
import type { JournalRecord } from '../boundary/journal-record.ts'
import type { CompiledProgram, GuestReport, GuestTask } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import type { ReadRecord } from '../calls/journal.ts'
import type { Latencies } from '../calls/latencies.ts'
import { ToolCalls } from '../calls/tool-calls.ts'
import type { Supervision } from '../pool/watchdog.ts'
import { ExecutionRecord } from '../record/execution-record.ts'
import type { StoredUsage } from '../record/fold-execution.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import { checkSkipped } from '../typecheck/check-skipped.ts'
import { explainFailure, isExplicable } from '../typecheck/explain-failure.ts'
import type { CheckRequest, TypeChecker } from '../typecheck/type-checker.ts'
import { typeErrorOf } from '../typecheck/type-error.ts'
import { Suspended } from './suspended.ts'

/** What is to be executed, everything decided. */
export interface ExecutionPlan {
  readonly executionId: string
  readonly source: string
  readonly language: Language
  readonly limits: Limits
  readonly toolbox: Toolbox
  /** Encoded record of inputs. */
  readonly inputs: string | undefined
  readonly seed: GuestTask['seed']
  readonly sessionId: string | undefined
  /** Name of who asked for it. */
  readonly caller: string
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly createdAtMs: number
  /** The zone of its local times; UTC when absent. */
  readonly timeZone?: string | undefined
  /** Whether its types are checked before it runs; off when absent. */
  readonly typecheck?: Typecheck | undefined
  /** Tools that a person does not want to be asked about in its session. */
  readonly remembered?: readonly string[]
  /** Where it stands in a trace, as the header of W3C Trace Context; its tools are told. */
  readonly traceparent?: string | undefined
}

/** What an execution goes on from that another process began, or that this one had evicted. */
export interface RestoredExecution {
  readonly records: readonly ReadRecord[]
  readonly approvals: readonly CallApproval[]
  readonly events: readonly ExecutionEvent[]
  readonly startedAtMs: number | undefined
  readonly usage: StoredUsage
  readonly program: CompiledProgram | undefined
}

/** What executions run on. */
export interface ExecutionDependencies {
  readonly pool: GuestPool
  readonly supervision: Supervision
  readonly latencies: Latencies
  /** Absent where no program is checked. */
  readonly typeChecker?: TypeChecker
  /** The clock of all instants of executions, in epoch milliseconds; absent: the machine's. */
  readonly now?: () => number
}

/** What a run has come to. */
export type RunEnd =
  | {
      readonly kind: 'ended'
      readonly execution: EndedExecution
      /** What its session has now; absent when that keeps what it had, or there is none. */
      readonly snapshot?: Uint8Array
    }
  /** Kept as it is, until somebody has put right what keeps it from going on. */
  | { readonly kind: 'stuck'; readonly execution: Execution }
  /**
   * Nothing is done for it until a person decides, or until `wakeAtMs`: it may be evicted, or go on
   * by another {@link RunningExecution.run}.
   */
  | { readonly kind: 'waiting'; readonly wakeAtMs: number }

/** A new execution's id: 128 random bits. */
export function newExecutionId(): string {
  return `exe_${randomBytes(16).toString('hex')}`
}

interface Parked {
  readonly awaited: number | undefined
  readonly received: number
  /** By `performance.now()`. */
  readonly sinceMs: number
}

/** Waits shorter than this are not worth a way through the store. */
const PUT_AWAY_MS = 1000

export class RunningExecution {
  #plan: ExecutionPlan
  #deps: ExecutionDependencies
  #host: ExecutionHost
  #record: ExecutionRecord
  #calls: ToolCalls
  #program: CompiledProgram | undefined
  #isRestored: boolean
  #stopReason: ExecutionError | undefined
  #stuck: ExecutionError | undefined
  #now: () => number
  #isSuspended = false
  /** Why this process cannot go on with it, which is no fault of the program. */
  #fault: unknown
  /** Approvals whose decision has been told. */
  #toldDecided = new Set<string>()
  #session: GuestTask['session']
  #run: GuestLink | undefined
  #cancelled = new AbortController()
  /** Where the guest stood when it was torn down; `undefined` while it has a worker, or none yet. */
  #parked: Parked | undefined
  /** Wakes {@link #canGoOn}. */
  #onChange: (() => void) | undefined

  constructor(
    plan: ExecutionPlan,
    deps: ExecutionDependencies,
    host: ExecutionHost,
    restored?: RestoredExecution,
  ) {
    this.#plan = plan
    this.#deps = deps
    this.#host = host
    this.#now = deps.now ?? Date.now
    const onEvent = (event: ExecutionEvent) => host.onEvent(event)
    this.#record = new ExecutionRecord(plan, onEvent, host.redaction, this.#now)
    this.#program = restored?.program
    this.#isRestored = restored !== undefined
    if (restored !== undefined) {
      for (const event of restored.events) {
        if (event.type === 'approval-decided') this.#toldDecided.add(event.approval.approvalId)
      }
      this.#record.restore(restored.events, restored.startedAtMs, restored.usage)
    }
    const listener = {
      onLimit: (limit: LimitName, message: string) =>
        this.#stop({ code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit }),
      onStuck: (error: ExecutionError) => this.markStuck(error),
      onFault: (error: unknown) => this.abandon(error),
      onSettled: () => this.#onChange?.(),
      onProgram: (program: CompiledProgram) => {
        this.#program = program
        host.writer?.program(program)
      },
    }
    const { latencies } = deps
    this.#calls = new ToolCalls(
      plan,
      this.#record,
      host,
      listener,
      { latencies, now: this.#now },
      restored,
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

  /** What has been used so far. */
  get usage(): StoredUsage {
    return this.#record.usage
  }

  /** What a store has to know beside the plan and the events, to go on with it elsewhere. */
  kept(): Omit<RestoredExecution, 'events'> {
    return {
      records: this.#calls.journal.records,
      approvals: this.#calls.approvals.list(),
      startedAtMs: this.#record.startedAtMs,
      usage: this.#record.usage,
      program: this.#program,
    }
  }

  /** Ends the execution as soon as its guest looks up; idempotent. */
  cancel(message = 'The execution was cancelled'): void {
    this.#stop({ code: 'CANCELLED', name: 'Cancelled', message })
  }

  /**
   * Tears the guest down wherever it is: {@link run} gives `waiting`, and the execution goes on from
   * its store. What its tools do meanwhile is aborted, as if the process were lost.
   */
  suspend(): void {
    if (!this.#isFree()) return
    this.#isSuspended = true
    this.#leave()
  }

  /** Keeps it from going on, running or not: {@link run} gives `stuck`. */
  markStuck(error: ExecutionError): void {
    if (!this.#isFree()) return
    this.#stuck = error
    this.#leave()
  }

  /**
   * Tears the guest down since this process could not keep what it did: {@link run} rejects with the
   * error, no program sees it, and the execution goes on from what its store has.
   */
  abandon(error: unknown): void {
    if (this.#fault !== undefined) return
    this.#fault = error
    this.#leave()
  }

  /** Ends it with an error of this process's, when it has no store to go on from. */
  lose(error: unknown): EndedExecution {
    const execution = this.#record.read()
    return isEnded(execution) ? execution : this.#record.fail(engineFailure(error))
  }

  /** Hands over a decision that has been stored. */
  decide(decided: CallApproval): void {
    this.#toldDecided.add(decided.approval.approvalId)
    this.#calls.approvals.decide(decided)
  }

  /** Lets go of what waits in this process; the execution goes on from its store. */
  evict(): void {
    this.#calls.evict()
  }

  /**
   * Runs to the end, or until nothing is left to do but wait.
   *
   * @throws {LatchdError} `EXECUTOR_CLOSED` when there are no workers any more
   * @throws the error of {@link abandon}
   */
  async run(): Promise<RunEnd> {
    const { wallMs } = this.#plan.limits
    const restMs = wallMs - (this.#now() - this.#plan.createdAtMs)
    const onDeadline = () => {
      const message = `The execution took longer than wallMs ${wallMs}`
      this.#stop({ code: 'LIMIT_EXCEEDED', name: 'LimitExceeded', message, limit: 'wallMs' })
    }
    const disarm = setLongTimeout(onDeadline, Math.max(0, restMs))
    // What was evicted may be brought back too late.
    if (restMs <= 0) onDeadline()
    try {
      this.#tellDecided()
      if (this.#plan.sessionId !== undefined && this.#isFree()) {
        this.#session ??= { snapshot: await this.#host.loadSnapshot?.() }
      }
      const { typecheck = 'off' } = this.#plan
      if (typecheck !== 'off' && this.#isFree()) await this.#checkTypes(typecheck)
      return await this.#runToEnd()
    } finally {
      disarm()
    }
  }

  /** Once, before anything runs: what was found is kept with the beginning of the execution. */
  async #checkTypes(typecheck: 'warn' | 'error'): Promise<void> {
    const { typeChecker } = this.#deps
    if (this.#record.startedAtMs !== undefined) return
    const { source } = this.#plan
    const check = typeChecker?.check(this.#checkRequest()) ?? checkSkipped('there is no checker')
    const left = this.#cancelled.signal
    const stopped = Promise.withResolvers<readonly []>()
    const onLeave = () => stopped.resolve([])
    left.addEventListener('abort', onLeave)
    const diagnostics = await Promise.race([check, stopped.promise])
    left.removeEventListener('abort', onLeave)
    this.#record.diagnose(diagnostics)
    const error = typecheck === 'error' ? typeErrorOf(diagnostics, source) : undefined
    if (error !== undefined) this.#stop(error)
  }

  /** Tells of decisions that were made while the execution was evicted. */
  #tellDecided(): void {
    for (const { approval } of this.#calls.approvals.list()) {
      if (approval.status === 'pending' || this.#toldDecided.has(approval.approvalId)) continue
      this.#toldDecided.add(approval.approvalId)
      this.#record.emitApproval('approval-decided', approval)
    }
  }

  async #runToEnd(): Promise<RunEnd> {
    for (;;) {
      if (this.#parked !== undefined) {
        const wakeAtMs = await this.#canGoOn()
        if (wakeAtMs !== undefined) return { kind: 'waiting', wakeAtMs }
      }
      const report = await this.#runGuest()
      if (report !== undefined && 'outcome' in report) {
        this.#record.measure(report)
        this.#calls.addLogs(report.logs)
        if (report.outcome.status === 'parked' && this.#isFree()) {
          const { awaited, received } = report.outcome
          this.#parked = { awaited, received, sinceMs: performance.now() }
          continue
        }
      }
      const isFailure =
        report !== undefined && 'outcome' in report && report.outcome.status === 'failed'
      return this.#end(isFailure ? await this.#explained(report) : report)
    }
  }

  /** The report, with what the type check knows of a failure. */
  async #explained(report: GuestReport): Promise<GuestReport> {
    const { typeChecker } = this.#deps
    const { outcome } = report
    if (typeChecker === undefined || outcome.status !== 'failed' || !this.#isFree()) return report
    if (!isExplicable(outcome.error, this.#record.callCount > 0)) return report
    const error = await explainFailure(outcome.error, typeChecker, this.#checkRequest())
    return { ...report, outcome: { status: 'failed', error } }
  }

  #checkRequest(): CheckRequest {
    const { source, language, toolbox, inputs, caller: owner } = this.#plan
    const hasHistory = this.#session?.snapshot !== undefined
    const left = this.#cancelled.signal
    return { source, language, tools: toolbox.tools, inputs, hasHistory, owner, left }
  }

  #isFree(): boolean {
    const isToEnd = this.#stopReason !== undefined || this.#stuck !== undefined
    return !isToEnd && !this.#isSuspended && this.#fault === undefined
  }

  /**
   * Waits, parked, until the guest can go on.
   *
   * @returns the instant until which nothing is to do, when the execution may be evicted before
   */
  async #canGoOn(): Promise<number | undefined> {
    const parked = this.#parked as Parked
    let isTold = false
    for (;;) {
      const mayGoOn = !this.#isFree() || this.#calls.canResume(parked.awaited, parked.received)
      // An approval that is being stored is named as soon as it may be decided, and told of then.
      if (mayGoOn ? !isTold : !this.#calls.isShowingApproval()) {
        this.#record.park(this.#calls.waitingFor())
        isTold = true
      }
      if (mayGoOn) break
      const wakeAtMs = this.#host.writer?.isDurable ? this.#calls.wakeAtMs() : undefined
      if (wakeAtMs !== undefined && wakeAtMs - this.#now() > PUT_AWAY_MS) return wakeAtMs
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onChange = resolve
      await promise
    }
    this.#record.addWait(performance.now() - parked.sinceMs)
    this.#parked = undefined
    return undefined
  }

  #stop(reason: ExecutionError): void {
    if (!this.#isFree()) return
    this.#stopReason = reason
    this.#leave()
  }

  #leave(): void {
    this.#cancelled.abort(new Stopped())
    this.#run?.stop()
    this.#onChange?.()
  }

  /** @param report of the last run, or why there is none; `undefined`: as somebody here has asked */
  #end(report: GuestReport | ExecutionError | undefined): RunEnd {
    if (this.#fault !== undefined) {
      this.#calls.abort(new Suspended())
      throw this.#fault
    }
    const { outcome, snapshot } = report !== undefined && 'outcome' in report ? report : {}
    if (outcome?.status === 'diverged') this.#stuck ??= outcome.error
    if (this.#isSuspended && outcome?.status !== 'completed' && outcome?.status !== 'failed') {
      this.#calls.abort(new Suspended())
      return { kind: 'waiting', wakeAtMs: this.#now() }
    }
    if (this.#stuck !== undefined && this.#host.writer?.isDurable) {
      this.#calls.evict()
      return { kind: 'stuck', execution: this.#record.markStuck(this.#stuck) }
    }
    this.#calls.abort(new Error('The execution has ended'))
    const lost = report !== undefined && 'code' in report ? report : undefined
    const error =
      outcome?.status === 'failed' ? outcome.error : (this.#stuck ?? this.#stopReason ?? lost)
    const execution =
      outcome?.status === 'completed'
        ? this.#record.complete(outcome.output, outcome.isFinalAnswer)
        : this.#record.fail(error as ExecutionError)
    return { kind: 'ended', execution, ...(snapshot && { snapshot }) }
  }

  /** Gives the worker's report, or why there is none; `undefined` when it was ended from here. */
  async #runGuest(): Promise<GuestReport | ExecutionError | undefined> {
    for (let lost = 0; ; ) {
      if (!this.#isFree()) return undefined
      const unresponsive = new AbortController()
      try {
        return await this.#runOnce(unresponsive)
      } catch (error) {
        if (error instanceof LatchdError) throw error
        if (!this.#isFree()) return undefined
        if (unresponsive.signal.aborted) return this.#timedOut()
        // Its journal brings the guest back to where the worker was lost.
        if (error instanceof SharedLoss) continue
        this.#host.onWorkerLost?.()
        if (error instanceof ForgedMessage || ++lost > 1) return engineFailure(error)
      }
    }
  }

  async #runOnce(unresponsive: AbortController): Promise<GuestReport> {
    const { pool, supervision } = this.#deps
    let isBegun = false
    let unwatch = () => {}
    try {
      return await pool.run({
        owner: this.#plan.caller,
        execution: this,
        begin: run => {
          isBegun = true
          this.#run = run
          const { cpuMs } = this.#plan.limits
          unwatch = supervision.watch(
            run,
            cpuMs,
            () => !this.#isFree(),
            () => unresponsive.abort(),
          )
          const work = this.#work()
          this.#calls.attach(run)
          this.#host.onWorker?.(true)
          return work
        },
        receive: message => this.#calls.receive(message),
        isResume: this.#record.startedAtMs !== undefined,
        isWedged: unresponsive.signal,
        cancelled: this.#cancelled.signal,
      })
    } finally {
      unwatch()
      if (isBegun) this.#host.onWorker?.(false)
      this.#calls.attach(undefined)
      this.#run = undefined
    }
  }

  #work(): GuestWork {
    const { source, language, limits, inputs, toolbox, seed, timeZone } = this.#plan
    const { pool } = this.#deps
    const startedAtMs = this.#record.start()
    return {
      executionId: this.#plan.executionId,
      source,
      language,
      program: this.#program,
      wantsProgram: this.#program === undefined && this.#isProgramKept(),
      tools: toolbox.guestTools,
      session: this.#session,
      inputs,
      seed,
      startedAtMs,
      timeZone,
      limits,
      journal: this.#calls.journal.deliveries(),
      isRestored: this.#isRestored,
      toldLogs: this.#record.logCount,
      chargedCpuMs: this.#record.usage.cpuMs,
      expectedMs: pool.isPressed ? this.#expectedMs() : undefined,
    }
  }

  /** Whether the program is run again when this process is gone: with the execution, or its session. */
  #isProgramKept(): boolean {
    const { writer } = this.#host
    return writer !== undefined && (writer.isDurable || this.#plan.sessionId !== undefined)
  }

  /** How long calls take as far as it is known, by the index of the tool. */
  #expectedMs(): GuestTask['expectedMs'] {
    const { tools } = this.#plan.toolbox
    const expected = this.#deps.latencies.expected(tools) ?? {}
    // One that was decided is answered at once.
    if (this.#calls.hasDecided()) return expected
    for (const [i, { answer, approvalRule }] of tools.entries()) {
      if (answer !== undefined || approvalRule === true) expected[i] = Infinity
    }
    return expected
  }

  #timedOut(): ExecutionError {
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
