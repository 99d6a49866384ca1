/** The calls of one execution, as its record has them: each change emits an event. */

import type { UnplacedEvent } from '../../protocol/execution/events.ts'
import type { CallError, CallRecord } from '../../protocol/execution/execution.ts'
import type { LongString } from '../boundary/string-reply.ts'
import { callIdOf, callNumberOf } from './call-id.ts'
import type { CallTexts } from './call-texts.ts'
import { countByTool } from './fold-execution.ts'

/** What {@link RecordedCalls} work with. */
export interface RecordedCallsDependencies {
  readonly executionId: string
  readonly texts: CallTexts
  readonly now: () => number
  readonly emit: (event: UnplacedEvent) => void
}

/** The calls of one execution, by their numbers. */
export class RecordedCalls {
  #deps: RecordedCallsDependencies
  #calls = new Map<number, CallRecord>()
  #pending = new Set<number>()
  /** The latest progress of each open call. */
  #progress = new Map<number, unknown>()

  constructor(deps: RecordedCallsDependencies) {
    this.#deps = deps
  }

  /** Takes over calls that an earlier process began. */
  restore(calls: Iterable<CallRecord>): void {
    for (const call of calls) {
      const callNumber = callNumberOf(call.callId)
      this.#calls.set(callNumber, call)
      this.#deps.texts.count([call.inputText, call.outputText])
      if (call.status === 'pending') this.#pending.add(callNumber)
    }
  }

  /** Calls of tools so far. */
  get count(): number {
    return this.#calls.size
  }

  /** How many of the calls each tool got. */
  get countByTool(): Record<string, number> {
    return countByTool(this.#calls.values())
  }

  /** The public id of a call. */
  idOf(callNumber: number): string {
    return callIdOf(this.#deps.executionId, callNumber)
  }

  /** All calls, as they stand. */
  list(): CallRecord[] {
    const calls = [...this.#calls.values()]
    if (this.#progress.size === 0) return calls
    for (const [callNumber, progress] of this.#progress) {
      const call = this.#calls.get(callNumber) as CallRecord
      calls[calls.indexOf(call)] = { ...call, progress }
    }
    return calls
  }

  /**
   * Begins a call, or goes on with one that an earlier process began.
   *
   * @param input as the guest has encoded it
   */
  start(callNumber: number, tool: string, input: string): void {
    if (this.#calls.has(callNumber)) return
    const startedAtMs = this.#deps.now()
    const inputText = this.#deps.texts.of(input)
    const call: CallRecord = {
      callId: this.idOf(callNumber),
      tool,
      status: 'pending',
      startedAtMs,
      ...(inputText !== undefined && { inputText }),
    }
    this.#calls.set(callNumber, call)
    this.#pending.add(callNumber)
    this.#deps.emit({ type: 'call-started', atMs: startedAtMs, call })
  }

  /** Reports the progress of an open call. */
  progress(callNumber: number, progress: unknown): void {
    const call = this.#calls.get(callNumber)
    if (call === undefined || call.status !== 'pending') return
    this.#progress.set(callNumber, progress)
    const { callId, tool } = call
    this.#deps.emit({ type: 'call-progressed', atMs: this.#deps.now(), callId, tool, progress })
  }

  /**
   * Ends a call. A call that ends after its execution is not reported.
   *
   * @param output its output, encoded and without secrets; absent for a stream
   */
  end(callNumber: number, error?: CallError, output?: string | LongString): void {
    this.#end(callNumber, error === undefined ? 'completed' : endStatus(error), error, output)
  }

  /** Ends the open calls of an execution that ends. */
  cancelPending(): void {
    for (const callNumber of this.#pending) this.#end(callNumber, 'cancelled')
  }

  #end(
    callNumber: number,
    status: CallRecord['status'],
    error?: CallError,
    output?: string | LongString,
  ): void {
    const started = this.#calls.get(callNumber)
    if (started === undefined || !this.#pending.delete(callNumber)) return
    const atMs = this.#deps.now()
    const durationMs = Math.max(0, atMs - started.startedAtMs)
    this.#progress.delete(callNumber)
    const outputText = output === undefined ? undefined : this.#deps.texts.of(output)
    const call = {
      ...started,
      status,
      durationMs,
      ...(error && { error }),
      ...(outputText !== undefined && { outputText }),
    }
    this.#calls.set(callNumber, call)
    this.#deps.emit({ type: 'call-completed', atMs, call, ...(error && { error }) })
  }
}

function endStatus({ code }: CallError): CallRecord['status'] {
  if (code === 'APPROVAL_REJECTED' || code === 'APPROVAL_EXPIRED') return 'rejected'
  return code === 'CALL_INTERRUPTED' ? 'unknown' : 'failed'
}
