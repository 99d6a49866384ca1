/** Calls that leave the guest: blocking ones, and concurrent ones whose replies are delivered. */

import { BYTES, DONE, EXACT, PLAIN, STREAM, THROWN } from '../../../protocol/values/value-format.ts'
import { decode } from '../codec/decode.ts'
import type { EncodedText } from '../codec/engine-text.ts'
import { engineStack } from '../error-stack.ts'
import { thrownError } from '../errors.ts'
import { bytesOf } from '../files/segments.ts'
import {
  ErrorOf,
  MapOf,
  mapClear,
  mapDelete,
  mapForEach,
  mapGet,
  mapSet,
  PromiseOf,
  stringSlice,
  WeakMapOf,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts'
import { fulfil } from '../promise-state.ts'
import { askEncoded } from './host.ts'
import { END_OF_STREAM, makeStream } from './streams.ts'

/** A reply: its text, or the value of a plain one in an array of one. */
export type Reply = string | readonly [value: unknown]

interface Waiting {
  readonly receive: (reply: Reply) => void
  /** An error that was made at the call; `undefined` of timers. */
  readonly place: Error | undefined
}

/** What waits for a delivery, by its number. */
const waiting = new MapOf<number, Waiting>()

/** The engine's stack of the oldest call that waits for its delivery; empty when none does. */
export function waitingStack(): string {
  let stack = ''
  mapForEach(waiting, ({ place }) => {
    if (stack === '' && place !== undefined) stack = engineStack(place)
  })
  return stack
}

/** Calls and blocks until the answer is here. @throws the tool's error */
export function callBlocking(operation: number, number: number, text: EncodedText): unknown {
  return readReply(askEncoded(operation, number, text) as Reply)
}

/** Calls without blocking. Returns a promise of the answer. */
export function callConcurrently(
  operation: number,
  number: number,
  text: EncodedText,
): Promise<unknown> {
  const id = askEncoded(operation, number, text) as number
  const place = new ErrorOf()
  return new PromiseOf((resolve, reject) => {
    const receive = (reply: Reply) => {
      let value: unknown
      try {
        value = readReply(reply, place)
      } catch (error) {
        reject(error)
        return
      }
      fulfil(resolve, value)
    }
    mapSet(waiting, id, { receive, place })
  })
}

/** Passes the delivery of `id` to `receive` when it comes. */
export function awaitDelivery(id: number, receive: (reply: Reply) => void): void {
  mapSet(waiting, id, { receive, place: undefined })
}

/** Stops waiting for the delivery of `id`. A later delivery for it is dropped. */
export function forgetDelivery(id: number): void {
  mapDelete(waiting, id)
}

/** Stops waiting for all deliveries: they belong to an execution that has ended. */
export function forgetDeliveries(): void {
  mapClear(waiting)
}

/** Takes a delivery from the host. It is dropped when no call waits for it. */
export function deliver(id: number, reply: Reply): void {
  const found = mapGet(waiting, id)
  if (found === undefined) return
  mapDelete(waiting, id)
  found.receive(reply)
}

/** The errors that tools' calls have thrown. */
const toolErrors = new WeakMapOf<WeakKey, true>()

/** Marks an error as that of a tool's call. Returns it. */
export function asToolError<T>(error: T): T {
  if (typeof error === 'object' && error !== null) weakMapSet(toolErrors, error, true)
  return error
}

/** Whether a tool's call has thrown this error. */
export function isToolError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && weakMapGet(toolErrors, error) !== undefined
}

const streamCalls = { blocking: callBlocking, concurrent: callConcurrently }

/** The value of a reply. @throws the error that the reply holds, with the stack of `place` */
export function readReply(reply: Reply, place?: Error): unknown {
  if (typeof reply !== 'string') return reply[0]
  const text = reply
  switch (text[0]) {
    case PLAIN:
    case EXACT:
      return decode(text)
    case THROWN:
      throw asToolError(thrownError(stringSlice(text, 1), place))
    case STREAM:
      return makeStream(+stringSlice(text, 1), streamCalls)
    case BYTES:
      return bytesOf(stringSlice(text, 1))
    case DONE:
      return END_OF_STREAM
    default:
      throw new ErrorOf('unknown reply ' + text[0])
  }
}
