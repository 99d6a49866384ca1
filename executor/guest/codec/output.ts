/** Reports how a program ends: its output or its error. */

import { PLAIN } from '../../../protocol/values/value-format.ts'
import { describe, OUT_OF_MEMORY } from '../describe-error.ts'
import { emitReturned } from '../files/blob.ts'
import { askEncoded, askNumber } from '../host/host.ts'
import { HostOperation } from '../host/host-operations.ts'
import { inspect } from '../inspect/inspect.ts'
import {
  hidden,
  isErrorBrand,
  jsonParse,
  jsonStringify,
  PromiseOf,
  reflectDefineProperty,
  reflectSetPrototypeOf,
  stringSlice,
  stringToWellFormed,
  unlinkedList,
} from '../primordials.ts'
import { whenSettled } from '../promise-state.ts'
import { type EncodeMode, isLong, refusalError } from './encode.ts'
import { primitiveText } from './encode-primitive.ts'
import { type PendingPart, Walk } from './encode-walk.ts'
import { KEPT, keepsPlain } from './engine-text.ts'

/** The value of the latest program that came to its end; a session keeps it. */
let last: { readonly value: unknown } | undefined

/** The value of the session's latest program; `undefined` before the first. */
export const lastOutput = () => last

/** Reports to the host that the program threw. */
export function reportThrown(error: unknown): void {
  reportFailure(() => describe(error))
}

/** Reports to the host that a promise inside the output was rejected. */
function reportRejection(path: string, reason: unknown): void {
  reportFailure(() => {
    const description = jsonParse(describe(reason)) as { message: string }
    // Past a `toJSON` that the program may have put on all objects.
    reflectSetPrototypeOf(description, null)
    description.message += ' (the promise at ' + path + ' was rejected)'
    return jsonStringify(description)
  })
}

function reportFailure(describeFailure: () => string): void {
  let text: string
  try {
    text = describeFailure()
  } catch {
    // No code of the program runs in there unguarded: the heap has no room for the description.
    text = OUT_OF_MEMORY
  }
  askNumber(HostOperation.threw, 0, text)
}

/**
 * Reports the program's output to the host, once every promise in it is settled, with each
 * promise's value in its place. Reports a failure when one was rejected, or when the heap has no
 * room for the output.
 */
export function reportOutput(operation: number, value: unknown): void {
  last = { value }
  const isObject = typeof value === 'object' && value !== null
  if (!isObject && !isLong(value)) reportPrimitive(operation, value)
  else if (!reportPlain(operation, value)) new OutputReport(operation, value).begin()
}

/** Reports a string, or a tree of plain objects and arrays. Returns whether it was one. */
function reportPlain(operation: number, value: unknown): boolean {
  try {
    if (!keepsPlain(value)) return false
    const inspected = inspect(value)
    // The program may print its objects itself, and call tools there.
    if (typeof value === 'object' && !keepsPlain(value)) return false
    askEncoded(operation, 0, KEPT, stringToWellFormed(inspected))
    return true
  } catch (error) {
    // The heap has no room for it.
    reportThrown(error)
    return true
  }
}

/** As {@link OutputReport} for a value without parts, which is how most programs end. */
function reportPrimitive(operation: number, value: unknown): void {
  let text: string | undefined
  let inspected: string | undefined
  try {
    text = primitiveText(value)
    if (text !== undefined) inspected = inspect(value)
  } catch (error) {
    // The heap has no room for it.
    reportThrown(error)
    return
  }
  if (inspected === undefined) new OutputReport(operation, value).begin()
  else reportEncoded(operation, 'p', PLAIN + text, inspected)
}

/** One output that waits for the promises in it. */
class OutputReport {
  #operation: number
  #value: unknown
  #isLossy = false
  #walk: Walk
  #waiting = 0

  constructor(operation: number, value: unknown, awaits = true) {
    this.#operation = operation
    this.#value = value
    const output = {
      __proto__: null,
      substitute: (part: unknown) => this.#lose(inspect(part, { depth: 0 })),
      unreadable: (error: unknown) => this.#lose(unreadableText(error)),
    }
    this.#walk = new Walk('output', {
      __proto__: null,
      output,
      awaits,
      factsOf: emitReturned,
    } as EncodeMode)
  }

  begin(): void {
    this.#step(() => this.#walk.start(this.#value))
  }

  /**
   * As {@link begin} for a value that may hold no promise.
   *
   * @throws {TypeError} naming the promise
   */
  beginNow(): void {
    this.begin()
    if (this.#walk.refusal !== undefined) throw refusalError(this.#walk)
  }

  #lose(text: string): string {
    this.#isLossy = true
    return text
  }

  #step(walkOn: () => void): void {
    try {
      walkOn()
      if (this.#walk.refusal !== undefined) return
      const { rejection } = this.#walk
      if (rejection === undefined) this.#awaitPending()
      else reportRejection(rejection.path, rejection.reason)
    } catch (error) {
      // The heap has no room for it.
      reportThrown(error)
    }
  }

  #awaitPending(): void {
    const { pending } = this.#walk
    this.#walk.pending = unlinkedList()
    this.#waiting += pending.length
    for (let i = 0; i < pending.length; i++) {
      const part = pending[i] as PendingPart
      whenSettled(part.promise, () => {
        this.#waiting--
        this.#step(() => this.#walk.settle(part))
      })
    }
    if (this.#waiting === 0) this.#report()
  }

  #report(): void {
    const { text, isPlain } = this.#walk.result()
    const inspected = inspect(this.#value, { unwrapsPromises: true })
    reportEncoded(this.#operation, this.#isLossy ? 'l' : isPlain ? 'p' : 'x', text, inspected)
  }
}

/**
 * The output as the worker reads it: `p` (plain JSON), `x` (exact) or `l` (parts became text), the
 * length of the encoded value, a colon, the encoded value, the inspected form. In this order, since
 * only the encoded value has the same length on the other side whatever surrogates it holds.
 */
function reportEncoded(operation: number, mark: string, encoded: string, inspected: string): void {
  const text = '' + mark + encoded.length + ':' + encoded + stringToWellFormed(inspected)
  askNumber(operation, 0, text)
}

const ERROR_TEXT = { depth: 0, maxBytes: 256 }

/** As Node prints a getter that it calls and that throws. */
function unreadableText(error: unknown): string {
  return '[Getter: <Inspection threw (' + messageOf(error) + ')>]'
}

function messageOf(error: unknown): string {
  try {
    const { message } = error as Error
    if (isErrorBrand(error) && typeof message === 'string')
      return stringSlice(message, 0, ERROR_TEXT.maxBytes)
  } catch {
    // A getter of the error's own: it prints as any value.
  }
  return inspect(error, ERROR_TEXT)
}

/**
 * `final_answer` in an async function: ends the program when the promises in the value are settled.
 */
function finalAnswerAwaiting(value: unknown): Promise<never> {
  reportOutput(HostOperation.finalAnswer, value)
  // Reached only while a promise is pending: the code after the call never runs.
  return new PromiseOf<never>(() => {})
}

/**
 * Ends the program with a value.
 *
 * @throws {TypeError} naming a promise in it, which cannot be awaited here
 */
function final_answer(value: unknown): void {
  last = { value }
  new OutputReport(HostOperation.finalAnswer, value, false).beginNow()
}

/**
 * The callee of a call of `final_answer` that the program awaits: the compiler puts it around the
 * callee where `await` is allowed (`executor/compile/`).
 */
export function awaitingAnswer(callee: unknown): unknown {
  return callee === final_answer ? finalAnswerAwaiting : callee
}

/** Defines `final_answer`. */
export function installFinalAnswer(target: object): void {
  reflectDefineProperty(target, 'final_answer', hidden(final_answer))
}
