/** What is known of one execution while it goes on: the record that its events tell piece by piece. */

import type { ExecutionEvent, UnplacedEvent } from '../protocol/events.ts'
import type {
  CallError,
  CallRecord,
  EndedExecution,
  Execution,
  ExecutionError,
  LogLine,
  Output,
  Usage,
} from '../protocol/execution.ts'
import type { GuestOutput } from './messages.ts'

/** The parts of usage that a worker reports at the end. */
type Measured = Pick<Usage, 'cpuMs' | 'waitMs' | 'peakMemoryBytes'>

type EndFields = Omit<
  Extract<EndedExecution, { status: 'failed' | 'cancelled' }>,
  'status' | 'error'
>

export interface RecordFacts {
  readonly executionId: string
  readonly createdAtMs: number
  readonly metadata: Readonly<Record<string, unknown>> | undefined
}

export class ExecutionRecord {
  readonly facts: RecordFacts
  #onEvent: (event: ExecutionEvent) => void
  #sequence = 0
  #startedAtMs: number | undefined
  #logs: LogLine[] = []
  #logsTruncatedBytes = 0
  #calls = new Map<number, CallRecord>()
  #pending = new Set<number>()
  #measured: Measured = { cpuMs: 0, waitMs: 0, peakMemoryBytes: 0 }
  #ended: EndedExecution | undefined

  constructor(facts: RecordFacts, onEvent: (event: ExecutionEvent) => void) {
    this.facts = facts
    this.#onEvent = onEvent
  }

  /** The execution as it stands, a copy. */
  read(): Execution {
    if (this.#ended !== undefined) return this.#ended
    const status = this.#startedAtMs === undefined ? 'queued' : 'running'
    return { ...this.#head(), status, ...this.#fields(Date.now()) }
  }

  start(): void {
    this.#startedAtMs = Date.now()
    this.#emit({ type: 'execution-started', atMs: this.#startedAtMs })
  }

  /** Adds console lines; the number of lines so far is `logCount`. */
  addLogs(lines: readonly LogLine[]): void {
    const atMs = Date.now()
    for (const log of lines) {
      this.#logs.push(log)
      this.#emit({ type: 'log-written', atMs, log })
    }
  }

  get logCount(): number {
    return this.#logs.length
  }

  get callCount(): number {
    return this.#calls.size
  }

  /** The public id of a call. */
  callId(id: number): string {
    return `call_${this.facts.executionId.slice(this.facts.executionId.indexOf('_') + 1)}_${id}`
  }

  startCall(id: number, tool: string): string {
    const startedAtMs = Date.now()
    const callId = this.callId(id)
    const call: CallRecord = { callId, tool, status: 'pending', startedAtMs }
    this.#calls.set(id, call)
    this.#pending.add(id)
    this.#emit({ type: 'call-started', atMs: startedAtMs, call })
    return callId
  }

  progressCall(id: number, progress: unknown): void {
    const call = this.#calls.get(id)
    if (call === undefined || call.status !== 'pending') return
    const { callId, tool } = call
    this.#emit({ type: 'call-progressed', atMs: Date.now(), callId, tool, progress })
  }

  /** Ends a call; what ends after its execution has is not told any more. */
  endCall(id: number, error?: CallError): void {
    this.#endCall(id, error === undefined ? 'completed' : 'failed', error)
  }

  #endCall(id: number, status: CallRecord['status'], error?: CallError): void {
    const started = this.#calls.get(id)
    if (started === undefined || !this.#pending.delete(id)) return
    const atMs = Date.now()
    const durationMs = atMs - started.startedAtMs
    const call = { ...started, status, durationMs, ...(error && { error }) }
    this.#calls.set(id, call)
    this.#emit({ type: 'call-completed', atMs, call, ...(error && { error }) })
  }

  measure(measured: Measured, logsTruncatedBytes: number): void {
    this.#measured = measured
    this.#logsTruncatedBytes = logsTruncatedBytes
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
    for (const id of this.#pending) this.#endCall(id, 'cancelled')
    const ended = make(this.#endFields())
    this.#ended = ended
    this.#emit({ type: 'execution-ended', atMs: ended.endedAtMs, execution: ended })
    return ended
  }

  #endFields(): EndFields {
    const endedAtMs = Date.now()
    return { endedAtMs, ...this.#fields(endedAtMs) }
  }

  /** First in every answer, so that a reader sees at once what it is about. */
  #head(): { executionId: string } {
    return { executionId: this.facts.executionId }
  }

  #fields(atMs: number): Omit<EndFields, 'endedAtMs'> {
    const { executionId, createdAtMs, metadata } = this.facts
    const { cpuMs, waitMs, peakMemoryBytes } = this.#measured
    return {
      executionId,
      logs: this.#logs.slice(),
      logsTruncatedBytes: this.#logsTruncatedBytes,
      calls: [...this.#calls.values()],
      usage: {
        cpuMs: round(cpuMs),
        wallMs: atMs - createdAtMs,
        waitMs: round(waitMs),
        calls: this.#calls.size,
        peakMemoryBytes,
        resumes: 0,
      },
      createdAtMs,
      ...(this.#startedAtMs !== undefined && { startedAtMs: this.#startedAtMs }),
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

/** Microseconds are all that a clock can tell. */
const round = (ms: number) => Math.round(ms * 1000) / 1000
