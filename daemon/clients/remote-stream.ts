/** A stream that a client has open, as the daemon's own code reads one: item by item. */

import { Suspended } from '../../executor/execution/suspended.ts'
import { errorText } from '../../protocol/base/error-text.ts'
import type { Settlement } from '../../protocol/connect/connect.ts'
import type { ConnectedClient } from './connected-client.ts'
import { settledValue } from './pending-request.ts'

/** How {@link RemoteStream} asks its client. */
export interface StreamAsks {
  readonly tool: string
  /** @param item its place, from 1 */
  readonly nextItem: (item: number) => Promise<Settlement>
  readonly close: () => Promise<Settlement>
}

/** An async iterator over a client's stream. Each `next` is one request to the client. */
export class RemoteStream implements AsyncIterableIterator<unknown> {
  readonly #client: ConnectedClient
  readonly #callId: string
  readonly #signal: AbortSignal
  readonly #pendingRequests: StreamAsks
  #items = 0
  #isOver = false

  constructor(
    client: ConnectedClient,
    callId: string,
    signal: AbortSignal,
    pendingRequests: StreamAsks,
  ) {
    this.#client = client
    this.#callId = callId
    this.#signal = signal
    this.#pendingRequests = pendingRequests
    signal.addEventListener('abort', this.#onAbort, { once: true })
    if (signal.aborted) this.#onAbort()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return { done: true, value: undefined }
    const settlement = await this.#pendingRequests.nextItem(++this.#items)
    if (settlement.kind !== 'value') this.#end()
    const value = settledValue(settlement, this.#pendingRequests.tool)
    return settlement.kind === 'value' ? { done: false, value } : { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<unknown>> {
    // An aborted stream was given up already; the client cleans up by itself.
    if (!this.#isOver) {
      this.#end()
      settledValue(await this.#pendingRequests.close(), this.#pendingRequests.tool)
    }
    return { done: true, value: undefined }
  }

  #onAbort = (): void => {
    if (this.#isOver) return
    const { reason } = this.#signal
    const isSuspended = reason instanceof Suspended
    const text = errorText(reason)
    this.#client.giveUp(this.#callId, isSuspended ? undefined : text)
    this.#isOver = true
  }

  #end(): void {
    this.#isOver = true
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#client.forgetStream(this.#callId)
  }
}
