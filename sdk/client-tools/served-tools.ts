/** Tools that this process offers to all executions of its token. */

import type { ClientToolInput } from '../../protocol/connect/client-tool.ts'
import type { LatchdError } from '../../protocol/errors.ts'
import type { Tool } from '../../protocol/tool/tool.ts'

/** The handle that `serveTools` returns. */
export interface ServedTools {
  readonly names: readonly string[]
  /**
   * Resolves when the offer has ended by `close`; rejects when a daemon refuses it that has started
   * since, `TOOL_NAME_TAKEN`.
   */
  readonly closed: Promise<void>
  /** Takes the offer back: executions that start from now on do not see these tools. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** One offer of tools, from `serveTools` until it is closed or refused. */
export class Offer implements ServedTools {
  readonly serveId: string
  readonly tools: ReadonlyMap<string, Tool>
  readonly wire: readonly ClientToolInput[]
  readonly #onClose: (offer: Offer) => void
  #accepted = Promise.withResolvers<void>()
  #ended = Promise.withResolvers<void>()
  #isAnswered = false

  constructor(
    serveId: string,
    tools: ReadonlyMap<string, Tool>,
    wire: readonly ClientToolInput[],
    onClose: (offer: Offer) => void,
  ) {
    this.serveId = serveId
    this.tools = tools
    this.wire = wire
    this.#onClose = onClose
    // Callers that read it get the rejection.
    this.#ended.promise.catch(() => {})
    this.#accepted.promise.catch(() => {})
  }

  get names(): readonly string[] {
    return [...this.tools.keys()]
  }

  get closed(): Promise<void> {
    return this.#ended.promise
  }

  /** Resolves when a daemon has taken the offer. @throws {LatchdError} its refusal */
  get accepted(): Promise<void> {
    return this.#accepted.promise
  }

  /** Whether a daemon has answered since it was last offered. */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  onOffered(): void {
    this.#isAnswered = false
  }

  onAccepted(): void {
    this.#isAnswered = true
    this.#accepted.resolve()
  }

  onRefused(error: LatchdError): void {
    this.#isAnswered = true
    this.#accepted.reject(error)
    this.#ended.reject(error)
  }

  async close(): Promise<void> {
    this.#ended.resolve()
    this.#onClose(this)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
