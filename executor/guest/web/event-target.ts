/** `EventTarget`, after https://dom.spec.whatwg.org/#interface-eventtarget. */

import { errorWithCode } from '../errors.ts'
import {
  append,
  ErrorOf,
  MapOf,
  mapGet,
  mapSet,
  reflectApply,
  reflectDefineProperty,
  TypeErrorOf,
  toText,
  unlinkedList,
} from '../primordials.ts'
import {
  beginDispatch,
  dictionaryOf,
  endDispatch,
  eventType,
  isDispatched,
  isEvent,
  isPrevented,
  isStopped,
  requireArguments,
  setPassive,
} from './event.ts'
import { defineInterface, readOnly } from './web-interface.ts'

type Callback = object | ((event: object) => unknown)

interface Listener {
  readonly callback: Callback
  readonly isCapture: boolean
  readonly isOnce: boolean
  readonly isPassive: boolean
  isRemoved: boolean
}

type ListenerOptions = {
  capture?: unknown
  once?: unknown
  passive?: unknown
  signal?: unknown
}

/** Calls back when a signal aborts. @throws {TypeError} for any other value; see `abort.ts` */
let whenAborted: (signal: unknown, callback: () => void) => boolean

/** Defines `EventTarget` on `target`. */
export function installEventTarget(
  target: object,
  whenSignalAborts: (signal: unknown, callback: () => void) => boolean,
): void {
  whenAborted = whenSignalAborts
  const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype
  reflectDefineProperty(addEventListener, 'length', readOnly(2))
  reflectDefineProperty(removeEventListener, 'length', readOnly(2))
  reflectDefineProperty(dispatchEvent, 'length', readOnly(1))
  defineInterface(target, EventTarget, 0)
}

interface Hooks {
  dispatch(target: object, event: object): void
  /** Adds a listener that stays. */
  listen(target: object, type: string, callback: (event: object) => void): void
}

let hooks: Hooks

/** The guest's `EventTarget`. Targets have no parents, so an event neither captures nor bubbles. */
export class EventTarget {
  #listeners = new MapOf<string, Listener[]>()

  static {
    hooks = {
      dispatch: (target, event) => (target as EventTarget).#dispatch(event),
      listen: (target, type, callback) =>
        (target as EventTarget).#add(type, {
          callback,
          isCapture: false,
          isOnce: false,
          isPassive: false,
          isRemoved: false,
        }),
    }
  }

  addEventListener(...given: unknown[]): void {
    this.#listeners
    requireArguments(given, 'type', 'listener')
    const type = toText(given[0])
    const callback = listenerOf(given[1])
    const { isCapture, options } = flatten(given[2])
    if (callback === undefined) return
    const list = mapGet(this.#listeners, type)
    if (list !== undefined && findListener(list, callback, isCapture) >= 0) return
    const { once, passive, signal } = options
    const listener: Listener = {
      callback,
      isCapture,
      isOnce: !!once,
      isPassive: !!passive,
      isRemoved: false,
    }
    if (signal !== undefined) {
      const isAborted = whenAborted(signal, () => this.#remove(type, callback, isCapture))
      if (isAborted) return
    }
    this.#add(type, listener)
  }

  #add(type: string, listener: Listener): void {
    const list = mapGet(this.#listeners, type) ?? unlinkedList<Listener>()
    append(list, listener)
    mapSet(this.#listeners, type, list)
  }

  removeEventListener(...given: unknown[]): void {
    this.#listeners
    requireArguments(given, 'type', 'listener')
    const type = toText(given[0])
    const callback = listenerOf(given[1])
    const { isCapture } = flatten(given[2])
    if (callback !== undefined) this.#remove(type, callback, isCapture)
  }

  dispatchEvent(...given: unknown[]): boolean {
    this.#listeners
    requireArguments(given, 'event')
    const event = given[0]
    if (!isEvent(event)) {
      const message = 'The "event" argument must be an instance of Event.'
      throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
    }
    if (isDispatched(event)) {
      const message = 'The event "' + eventType(event) + '" is already being dispatched'
      throw errorWithCode(ErrorOf, message, 'ERR_EVENT_RECURSION')
    }
    this.#dispatch(event)
    return !isPrevented(event)
  }

  #remove(type: string, callback: Callback, isCapture: boolean): void {
    const list = mapGet(this.#listeners, type)
    if (list === undefined) return
    const at = findListener(list, callback, isCapture)
    if (at < 0) return
    ;(list[at] as Listener).isRemoved = true
    // A new list: one that is being dispatched keeps its listeners.
    const rest = unlinkedList<Listener>()
    for (let i = 0; i < list.length; i++) if (i !== at) append(rest, list[i] as Listener)
    mapSet(this.#listeners, type, rest)
  }

  #dispatch(event: object): void {
    beginDispatch(event, this)
    const type = eventType(event)
    const list = mapGet(this.#listeners, type) ?? unlinkedList<Listener>()
    // Those that are added meanwhile wait for the next event.
    const count = list.length
    for (let i = 0; i < count && !isStopped(event); i++) {
      const listener = list[i] as Listener
      if (listener.isRemoved) continue
      if (listener.isOnce) this.#remove(type, listener.callback, listener.isCapture)
      setPassive(event, listener.isPassive)
      call(listener.callback, this, event)
    }
    setPassive(event, false)
    endDispatch(event)
  }
}

/** The prelude's operations on targets of its own. */
export const { dispatch, listen } = hooks

function listenerOf(value: unknown): Callback | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'function' || typeof value === 'object') return value
  const message = 'The "listener" argument must be an instance of EventListener.'
  throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
}

function flatten(given: unknown): { isCapture: boolean; options: ListenerOptions } {
  if (typeof given === 'boolean') return { isCapture: given, options: {} }
  const options = dictionaryOf(given) as ListenerOptions
  return { isCapture: !!options.capture, options }
}

function findListener(list: readonly Listener[], callback: Callback, isCapture: boolean): number {
  for (let i = 0; i < list.length; i++) {
    const listener = list[i] as Listener
    if (listener.callback === callback && listener.isCapture === isCapture) return i
  }
  return -1
}

/** Calls a listener. When it throws, the error is reported as an unhandled rejection. */
function call(callback: Callback, self: object, event: object): void {
  try {
    if (typeof callback === 'function') reflectApply(callback, self, [event])
    else (callback as { handleEvent(event: object): unknown }).handleEvent(event)
  } catch (error) {
    rejected(error)
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error
}
