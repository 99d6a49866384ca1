/** The context of one call; its signal is made when a tool first asks for it. */

import type { ToolContext } from '../../protocol/tool.ts'

export interface CallFacts {
  readonly callId: string
  readonly executionId: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly onProgress: (value: unknown) => void
}

export class CallContext implements ToolContext {
  readonly callId: string
  readonly executionId: string
  readonly metadata: Readonly<Record<string, unknown>>
  #onProgress: (value: unknown) => void
  #controller: AbortController | undefined
  #reason: unknown

  constructor(facts: CallFacts) {
    this.callId = facts.callId
    this.executionId = facts.executionId
    this.metadata = facts.metadata
    this.#onProgress = facts.onProgress
  }

  get idempotencyKey(): string {
    return this.callId
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  progress(value: unknown): void {
    if (this.#reason === undefined) this.#onProgress(value)
  }

  /** Aborts the signal, also for a tool that asks for it later. */
  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }
}
