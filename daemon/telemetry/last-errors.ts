/** The last errors of each tool, for the page of the tool. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'

/** A call that ended without a value. */
export interface FailedCall {
  readonly executionId: string
  readonly callId: string
  /** When it ended, in epoch milliseconds. */
  readonly atMs: number
  /** The name and the message of its error; cut after {@link MAX_TEXT} characters. */
  readonly text: string
}

/** Errors that are remembered of each tool. */
const MAX_ERRORS = 5
/** Tools that are remembered: those that failed last. */
const MAX_TOOLS = 1000
/** Characters of an error that are remembered. */
const MAX_TEXT = 500

/** Collects the last errors of tools since the start. It holds three megabytes at most. */
export class LastErrors {
  /** By tool; the tool that failed last is the last one. */
  #byTool = new Map<string, FailedCall[]>()

  /** Takes note of a call that failed. */
  onEvent(event: ExecutionEvent): void {
    if (event.type !== 'call-completed' || event.call.error === undefined) return
    const { executionId, atMs } = event
    const { tool, callId, error } = event.call
    const errors = this.#byTool.get(tool) ?? []
    this.#byTool.delete(tool)
    this.#byTool.set(tool, errors)
    const text = `${error.name}: ${error.message}`.slice(0, MAX_TEXT)
    errors.unshift({ executionId, callId, atMs, text })
    errors.length = Math.min(errors.length, MAX_ERRORS)
    if (this.#byTool.size <= MAX_TOOLS) return
    for (const oldest of this.#byTool.keys()) {
      this.#byTool.delete(oldest)
      return
    }
  }

  /** The last errors of a tool, of all callers, the newest first. */
  of(tool: string): readonly FailedCall[] {
    return this.#byTool.get(tool) ?? []
  }
}
