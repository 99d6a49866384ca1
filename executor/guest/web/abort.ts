/**
 * `AbortController` and `AbortSignal`, after
 * https://dom.spec.whatwg.org/#aborting-ongoing-activities.
 */

import { errorWithCode } from '../errors.ts'
import { startUnreferencedTimer } from '../host/timers.ts'
import {
  append,
  arrayFrom,
  DOMExceptionOf,
  RangeErrorOf,
  reflectApply,
  reflectDefineProperty,
  symbolIterator,
  TypeErrorOf,
  toNumber,
  unlinkedList,
} from '../primordials.ts'
import { Event, requireArguments } from './event.ts'
import { dispatch, EventTarget, listen } from './event-target.ts'
import { defineInterface, readOnly } from './web-interface.ts'

/** Lets only the prelude construct a signal. */
const KEY = {}
/** The longest delay: https://webidl.spec.whatwg.org/#idl-unsigned-long-long, as Node bounds it. */
const MAX_DELAY_MS = 4_294_967_295

interface Hooks {
  isSignal(value: unknown): value is AbortSignal
  abort(signal: AbortSignal, reason: unknown): void
  /** Calls back before the listeners run; `true` when the signal is aborted already. */
  whenAborted(signal: AbortSignal, callback: () => void): boolean
}

let hooks: Hooks

/** The guest's `AbortSignal`. Programs get one from a controller or from its static methods. */
export class AbortSignal extends EventTarget {
  #isAborted = false
  #reason: unknown
  #callbacks = unlinkedList<() => void>()
  /** Signals that abort with this one. */
  #dependents = unlinkedList<AbortSignal>()
  #handler: object | null = null

  static {
    hooks = {
      isSignal: (value): value is AbortSignal =>
        typeof value === 'object' && value !== null && #isAborted in value,
      abort: (signal, reason) => signal.#abort(reason),
      whenAborted(signal, callback) {
        if (signal.#isAborted) return true
        append(signal.#callbacks, callback)
        return false
      },
    }
  }

  constructor(...given: unknown[]) {
    if (given[0] !== KEY) {
      throw errorWithCode(TypeErrorOf, 'Illegal constructor', 'ERR_ILLEGAL_CONSTRUCTOR')
    }
    super()
  }

  static abort(...given: unknown[]): AbortSignal {
    const signal = newSignal()
    signal.#isAborted = true
    signal.#reason = reasonOf(given[0])
    return signal
  }

  static any(...given: unknown[]): AbortSignal {
    requireArguments(given, 'signals')
    const signals = signalsOf(given[0])
    const signal = newSignal()
    for (let i = 0; i < signals.length; i++) {
      const source = signals[i] as AbortSignal
      if (!source.#isAborted) continue
      signal.#isAborted = true
      signal.#reason = source.#reason
      return signal
    }
    for (let i = 0; i < signals.length; i++) {
      append((signals[i] as AbortSignal).#dependents, signal)
    }
    return signal
  }

  static timeout(...given: unknown[]): AbortSignal {
    requireArguments(given, 'delay')
    const delayMs = toNumber(given[0])
    if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
      const message =
        'The value of "delay" is out of range. It must be >= 0 && <= 4294967295. Received ' +
        delayMs
      throw errorWithCode(RangeErrorOf, message, 'ERR_OUT_OF_RANGE')
    }
    const signal = newSignal()
    startUnreferencedTimer(delayMs, () => {
      signal.#abort(new DOMExceptionOf('The operation was aborted due to timeout', 'TimeoutError'))
    })
    return signal
  }

  get aborted(): boolean {
    return this.#isAborted
  }

  get reason(): unknown {
    return this.#reason
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason
  }

  get onabort(): object | null {
    return this.#handler
  }

  set onabort(value: unknown) {
    const isFirst = this.#handler === null
    this.#handler = typeof value === 'object' || typeof value === 'function' ? value : null
    if (this.#handler === null || !isFirst) return
    // One listener for as long as the signal lives: the handler keeps its place in the order.
    listen(this, 'abort', event => {
      if (typeof this.#handler === 'function') reflectApply(this.#handler as never, this, [event])
    })
  }

  /** Marks this signal and those that depend on it before any listener runs. */
  #abort(reason: unknown): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#reason = reason
    const aborted = unlinkedList<AbortSignal>()
    append(aborted, this)
    for (let i = 0; i < aborted.length; i++) {
      const dependents = (aborted[i] as AbortSignal).#dependents
      for (let j = 0; j < dependents.length; j++) {
        const dependent = dependents[j] as AbortSignal
        if (dependent.#isAborted) continue
        dependent.#isAborted = true
        dependent.#reason = reason
        append(aborted, dependent)
      }
    }
    for (let i = 0; i < aborted.length; i++) (aborted[i] as AbortSignal).#callAndDispatch()
  }

  #callAndDispatch(): void {
    const callbacks = this.#callbacks
    this.#callbacks = unlinkedList()
    this.#dependents = unlinkedList()
    for (let i = 0; i < callbacks.length; i++) (callbacks[i] as () => void)()
    dispatch(this, new Event('abort'))
  }
}

const { isSignal, abort, whenAborted } = hooks

const newSignal = (): AbortSignal => new AbortSignal(KEY)

function reasonOf(reason: unknown): unknown {
  if (reason !== undefined) return reason
  return new DOMExceptionOf('This operation was aborted', 'AbortError')
}

function signalsOf(given: unknown): AbortSignal[] {
  if (typeof given !== 'object' || given === null || !(symbolIterator in given)) {
    throw notSignals('signals')
  }
  const signals = arrayFrom(given as Iterable<unknown>)
  for (let i = 0; i < signals.length; i++) {
    if (!isSignal(signals[i])) throw notSignals('signals[' + i + ']')
  }
  return signals as AbortSignal[]
}

function notSignals(what: string): Error {
  const message = 'The "' + what + '" argument must be an instance of AbortSignal.'
  return errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
}

/** The guest's `AbortController`. */
export class AbortController {
  #signal = newSignal()

  get signal(): AbortSignal {
    return this.#signal
  }

  abort(...given: unknown[]): void {
    abort(this.#signal, reasonOf(given[0]))
  }
}

/**
 * Calls back when a signal aborts; `true` when it is aborted already.
 *
 * @throws {TypeError} for a value that is not a signal
 */
export function whenSignalAborts(signal: unknown, callback: () => void): boolean {
  if (!isSignal(signal)) throw notSignals('options.signal')
  return whenAborted(signal, callback)
}

/** Defines `AbortController` and `AbortSignal` on `target`. */
export function installAbort(target: object): void {
  reflectDefineProperty(AbortSignal.any, 'length', readOnly(1))
  reflectDefineProperty(AbortSignal.timeout, 'length', readOnly(1))
  defineInterface(target, AbortSignal, 0)
  defineInterface(target, AbortController, 0)
}
