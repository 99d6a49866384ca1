/** What the load uses of autocannon, which has no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  export interface RequestParts {
    readonly body?: string
  }

  export interface RequestRow<Context> extends RequestParts {
    /** Gives the next request of a connection; `context` is an empty object each time. */
    setupRequest(request: RequestParts, context: Context): RequestParts
    /** Told of the answer, with the context of its request. */
    onResponse(
      status: number,
      body: string,
      context: Context,
      headers: Readonly<Record<string, string>>,
    ): void
  }

  export interface Options<Context> {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    /** Seconds until a request counts as lost. */
    readonly timeout: number
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly requests: readonly RequestRow<Context>[]
  }

  export interface Result {
    /** Connections that broke and requests that took too long, together. */
    readonly errors: number
    readonly timeouts: number
    /** Seconds. */
    readonly duration: number
  }

  /** Emits `reqError` with the error of a connection. */
  export default function autocannon<Context>(
    options: Options<Context>,
  ): EventEmitter & PromiseLike<Result>
}
