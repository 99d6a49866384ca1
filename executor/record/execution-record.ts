/** The public state of one execution while it goes on, and the events that report each change. */

import type { Approval } from '../../protocol/approval.ts'
import type { ExecutionEvent, UnplacedEvent } from '../../protocol/execution/events.ts'
import type {
  Diagnostic,
  EmittedFile,
  EndedExecution,
  Execution,
  ExecutionError,
  LogLine,
  Output,
  WaitingFor,
  Warning,
} from '../../protocol/execution/execution.ts'
import { sourceLine } from '../../protocol/execution/source-line.ts'
import type { GuestOutput, GuestReport } from '../boundary/messages.ts'
import type { Redaction } from '../boundary/redaction.ts'
import { CallTexts } from './call-texts.ts'
import { foldEvents, NO_USAGE, type StoredUsage } from './fold-execution.ts'
import { RecordedCalls } from './recorded-calls.ts'

type EndFields = Omit<
  Extract<EndedExecution, { status: 'failed' | 'cancelled' }>,
  'status' | 'error'
>

/** The facts of an execution that are known from its beginning and do not change. */
export interface RecordFacts {
  readonly executionId: string
  readonly source: string
  readonly createdAtMs: number
  readonly sessionId: string | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
}

/** The public state of one execution. Each change of it emits an event. */
export class ExecutionRecord {
  readonly facts: RecordFacts
  readonly calls: RecordedCalls
  #onEvent: (event: ExecutionEvent) => void
  #sequence = 0
  #startedAtMs: number | undefined
  #logs: LogLine[] = []
  /** By id. */
  #files = new Map<string, EmittedFile>()
  #usage = NO_USAGE
  /** The calls that it waits for while it is parked. */
  #waitingFor: readonly WaitingFor[] | undefined
  /** When it was evicted; `undefined` unless it comes back from its store. */
  #parkedAtMs: number | undefined
  #stuck: ExecutionError | undefined
  #ended: EndedExecution | undefined
  /** Warnings for the author of the program; `undefined` for none. */
  #warnings: readonly Warning[] | undefined
  /** Findings of the type check; `undefined` for none. */
  #diagnostics: readonly Diagnostic[] | undefined

  #now: () => number
  #sourceLine: string

  /** @param now the clock, in epoch milliseconds */
  constructor(
    facts: RecordFacts,
    onEvent: (event: ExecutionEvent) => void,
    redaction?: Redaction,
    now: () => number = Date.now,
  ) {
    this.#now = now
    this.facts = facts
    this.calls = new RecordedCalls({
      executionId: facts.executionId,
      texts: new CallTexts(redaction),
      now,
      emit: event => this.#emit(event),
    })
    this.#sourceLine = sourceLine(facts.source)
    this.#onEvent = onEvent
  }

  /**
   * Takes over the stored state of an execution that another process began, or that this one
   * evicted.
   */
  restore(events: readonly ExecutionEvent[], startedAtMs: number | undefined, usage: StoredUsage) {
    const { logs, calls, files, diagnostics, warnings } = foldEvents(events)
    for (const file of files) this.#files.set(file.fileId, file)
    this.#warnings = warnings
    this.#logs = logs
    this.#diagnostics = diagnostics
    this.calls.restore(calls.values())
    const resumed = events.findLastIndex(({ type }) => type === 'execution-resumed')
    const parked = events.slice(resumed + 1).find(({ type }) => type === 'execution-parked')
    this.#parkedAtMs = parked?.atMs
    const last = events.at(-1)
    this.#sequence = last !== undefined && 'sequence' in last ? last.sequence : 0
    this.#startedAtMs = startedAtMs
    this.#usage = usage
  }

  /** The execution as it stands, a copy. */
  read(): Execution {
    if (this.#ended !== undefined) return this.#ended
    const fields = this.#fields(this.#now())
    const head = this.#head()
    if (this.#stuck !== undefined)
      return { ...head, status: 'stuck', error: this.#stuck, ...fields }
    if (this.#waitingFor !== undefined) {
      return { ...head, status: 'waiting', waitingFor: [...this.#waitingFor], ...fields }
    }
    return { ...head, status: this.#startedAtMs === undefined ? 'queued' : 'running', ...fields }
  }

  /**
   * The guest gets a worker, for the first time or again.
   *
   * @returns where its clock starts, in epoch milliseconds
   */
  start(): number {
    const atMs = this.#now()
    if (this.#startedAtMs === undefined) {
      this.#startedAtMs = atMs
      this.#emit({
        type: 'execution-started',
        atMs,
        ...(this.#diagnostics && { diagnostics: [...this.#diagnostics] }),
      })
    } else {
      this.#usage = { ...this.#usage, resumes: this.#usage.resumes + 1 }
      if (this.#parkedAtMs !== undefined) this.addWait(Math.max(0, atMs - this.#parkedAtMs))
      this.#parkedAtMs = undefined
      this.#waitingFor = undefined
      this.#emit({ type: 'execution-resumed', atMs })
    }
    return this.#startedAtMs
  }

  /**
   * Takes the findings of the type check. The event of the start carries them, or that of the end.
   */
  diagnose(diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length > 0) this.#diagnostics = diagnostics
  }

  get startedAtMs(): number | undefined {
    return this.#startedAtMs
  }

  /**
   * The guest was torn down while it waits. A second event follows only when an approval is named
   * that the first did not name.
   */
  park(waitingFor: readonly WaitingFor[]): void {
    const named = new Set(this.#waitingFor?.map(({ approvalId }) => approvalId))
    const isNew = waitingFor.some(({ approvalId }) => approvalId && !named.has(approvalId))
    if (this.#waitingFor !== undefined && !isNew) return
    this.#waitingFor = waitingFor
    const atMs = this.#now()
    this.#emit({
      type: 'execution-parked',
      atMs,
      waitingFor: [...waitingFor],
      ...(this.#warnings && { warnings: [...this.#warnings] }),
    })
  }

  /** The execution cannot go on as it stands. */
  markStuck(error: ExecutionError): Execution {
    this.#stuck = error
    this.#emit({ type: 'execution-stuck', atMs: this.#now(), error })
    return this.read()
  }

  /** The usage so far, to be stored. */
  get usage(): StoredUsage {
    return this.#usage
  }

  /** Adds console lines; the number of lines so far is `logCount`. */
  addLogs(lines: readonly LogLine[]): void {
    const atMs = this.#now()
    for (const log of lines) {
      this.#logs.push(log)
      this.#emit({ type: 'log-written', atMs, log })
    }
  }

  /** Console lines so far. */
  get logCount(): number {
    return this.#logs.length
  }

  /** Gives a file out. A file is given out once. */
  emitFile(file: EmittedFile): void {
    if (this.#ended !== undefined || this.#files.has(file.fileId)) return
    this.#files.set(file.fileId, file)
    this.#emit({ type: 'file-emitted', atMs: this.#now(), file })
  }

  /** Emits that a call waits for a person, or no longer does. */
  emitApproval(type: 'approval-requested' | 'approval-decided', approval: Approval): void {
    this.#emit({ type, atMs: this.#now(), approval })
  }

  /** Adds the usage of one run. */
  measure(report: GuestReport): void {
    this.#warnings = report.warnings ?? this.#warnings
    const { cpuMs, waitMs, peakMemoryBytes, resumes } = this.#usage
    this.#usage = {
      cpuMs: cpuMs + report.cpuMs,
      waitMs: waitMs + report.waitMs,
      peakMemoryBytes: Math.max(peakMemoryBytes, report.peakMemoryBytes),
      resumes,
      logsTruncatedBytes: report.logsTruncatedBytes,
    }
  }

  /** Adds time that the guest waited without a worker. */
  addWait(waitedMs: number): void {
    this.#usage = { ...this.#usage, waitMs: this.#usage.waitMs + waitedMs }
  }

  complete(guestOutput: GuestOutput, isFinalAnswer: boolean): EndedExecution {
    const { json, text, exact, encoded } = guestOutput
    const output: Output = { value: JSON.parse(json), text, exact, ...(encoded && { encoded }) }
    return this.#end(fields => ({
      ...this.#head(),
      status: 'completed',
      output,
      isFinalAnswer,
      ...fields,
    }))
  }

  fail(error: ExecutionError): EndedExecution {
    const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed'
    return this.#end(fields => ({
      ...this.#head(),
      status,
      error,
      ...fields,
    }))
  }

  #end(make: (fields: EndFields) => EndedExecution): EndedExecution {
    this.calls.cancelPending()
    const ended = make(this.#endFields())
    this.#ended = ended
    this.#emit({ type: 'execution-ended', atMs: ended.endedAtMs, execution: ended })
    return ended
  }

  #endFields(): EndFields {
    const endedAtMs = this.#now()
    return { endedAtMs, ...this.#fields(endedAtMs) }
  }

  /** First in every answer, so that a reader sees at once which execution it is about. */
  #head(): { executionId: string } {
    return { executionId: this.facts.executionId }
  }

  #fields(atMs: number): Omit<EndFields, 'endedAtMs'> {
    const { executionId, createdAtMs, sessionId, metadata } = this.facts
    const { cpuMs, waitMs, peakMemoryBytes, resumes, logsTruncatedBytes } = this.#usage
    return {
      executionId,
      sourceLine: this.#sourceLine,
      ...(this.#diagnostics && { diagnostics: [...this.#diagnostics] }),
      ...(this.#warnings && { warnings: [...this.#warnings] }),
      logs: this.#logs.slice(),
      logsTruncatedBytes,
      calls: this.calls.list(),
      ...(this.#files.size > 0 && { files: [...this.#files.values()] }),
      usage: {
        cpuMs: round(cpuMs),
        wallMs: Math.max(0, atMs - createdAtMs),
        waitMs: round(waitMs),
        calls: this.calls.count,
        callsByTool: this.calls.countByTool,
        peakMemoryBytes,
        resumes,
      },
      createdAtMs,
      ...(this.#startedAtMs !== undefined && { startedAtMs: this.#startedAtMs }),
      ...(sessionId !== undefined && { sessionId }),
      ...(metadata && { metadata }),
    }
  }

  #emit(event: UnplacedEvent): void {
    const { executionId } = this.facts
    // Progress is not kept, so it has no place in the stream.
    const place = event.type === 'call-progressed' ? {} : { sequence: ++this.#sequence }
    this.#onEvent({ executionId, ...place, ...event } as ExecutionEvent)
  }
}

/** A clock measures no finer than microseconds. */
const round = (ms: number) => Math.round(ms * 1000) / 1000
