/**
 * The one function through which the prelude reaches its worker.
 *
 * It takes an operation, a number and a text, returns a number or a text, and never throws. The
 * engine itself answers questions about promises, which cannot be sent as text, so the worker never
 * sees a guest object. The worker puts the function on the global object while the prelude loads.
 * This module takes it away from there, so that no program finds it.
 */

import { type EncodedText, KEPT } from '../codec/engine-text.ts'
import { reflectDeleteProperty } from '../primordials.ts'
import type { PromiseHooks } from '../promise-state.ts'
import { HOST_GLOBAL } from './host-names.ts'
import { HostOperation } from './host-operations.ts'

type HostFunction = (...request: unknown[]) => unknown

const given = (globalThis as Record<string, unknown>)[HOST_GLOBAL] as HostFunction
reflectDeleteProperty(globalThis, HOST_GLOBAL)

/**
 * Sends the worker a request that is answered with a text. A reply to a call may be its value; see
 * `repliesTo` in `host-operations.ts`.
 */
export const askText = given as (operation: number, number: number, text: string) => string
/** Sends the worker a request that is answered with a number. */
export const askNumber = given as (operation: number, number: number, text: string) => number

/** Asks the engine about promises. */
export const promiseHooks: PromiseHooks = {
  state: value => given(HostOperation.promiseState, 0, value) as number,
  result: promise => given(HostOperation.promiseResult, 0, promise),
  whenSettled: (promise, callback) => {
    given(HostOperation.whenSettled, 0, promise, callback)
  },
}

/** Whether the engine keeps the text of a plain value; see {@link Kept}. */
export function keepPlain(value: unknown): boolean {
  return given(HostOperation.keepPlain, 0, value) === KEPT
}

/**
 * Sends the worker a request with an encoded value. When the value is kept, the engine passes it on,
 * and `text` is what the request has beside it.
 */
export function askEncoded(
  operation: number,
  number: number,
  encoded: EncodedText,
  text = '',
): unknown {
  return encoded === KEPT ? given(operation, number, text, KEPT) : given(operation, number, encoded)
}
