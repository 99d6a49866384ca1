/** `Event` and `CustomEvent`, after https://dom.spec.whatwg.org/#interface-event. */

import { errorWithCode } from '../errors.ts'
import { reflectDefineProperty, TypeErrorOf, toText } from '../primordials.ts'
import { defineInterface } from './web-interface.ts'

/** Phases by their names, each a constant of the class. */
const PHASES = ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE']
const NONE = 0
const AT_TARGET = 2

/** The state of an event that `dispatchEvent` reads and sets. */
export interface EventHooks {
  isEvent(value: unknown): value is object
  isDispatched(event: object): boolean
  typeOf(event: object): string
  /** Whether a listener asked that no other one runs. */
  isStopped(event: object): boolean
  isPrevented(event: object): boolean
  /** Before the first listener runs. */
  begin(event: object, target: object): void
  /** While a passive listener runs, an event cannot be prevented. */
  setPassive(event: object, isPassive: boolean): void
  /** After the last one. */
  end(event: object): void
}

let eventHooks: EventHooks
let readClock: () => number

/** Defines `Event` and `CustomEvent` on `target`. `now` returns the time stamp of an event. */
export function installEvent(target: object, now: () => number): void {
  readClock = now
  defineInterface(target, Event, 1)
  defineInterface(target, CustomEvent, 1)
  for (let i = 0; i < PHASES.length; i++) {
    const constant = { __proto__: null, value: i, enumerable: true } as PropertyDescriptor
    reflectDefineProperty(Event, PHASES[i] as string, constant)
    reflectDefineProperty(Event.prototype, PHASES[i] as string, constant)
  }
}

type EventOptions = { bubbles?: unknown; cancelable?: unknown; composed?: unknown }

/** A dictionary of options: absent ones are none. */
export function dictionaryOf(options: unknown): object {
  if (options === undefined || options === null) return {}
  if (typeof options === 'object' || typeof options === 'function') return options
  throw errorWithCode(
    TypeErrorOf,
    'The "options" argument must be of type object.',
    'ERR_INVALID_ARG_TYPE',
  )
}

/**
 * @throws {TypeError} when fewer arguments than required are given, naming the first that is not
 */
export function requireArguments(given: readonly unknown[], ...names: string[]): void {
  if (given.length >= names.length) return
  const name = names[given.length] as string
  throw errorWithCode(
    TypeErrorOf,
    'The "' + name + '" argument must be specified',
    'ERR_MISSING_ARGS',
  )
}

/** The guest's `Event`. Its `isTrusted` is always `false`. */
export class Event {
  #type: string
  #bubbles: boolean
  #cancelable: boolean
  #composed: boolean
  #timeStamp = readClock()
  #target: object | null = null
  #isDispatched = false
  #isPassive = false
  #isPrevented = false
  #stopsPropagation = false
  #isStopped = false

  static {
    eventHooks = {
      isEvent: (value): value is object =>
        typeof value === 'object' && value !== null && #type in value,
      typeOf: event => (event as Event).#type,
      isDispatched: event => (event as Event).#isDispatched,
      isStopped: event => (event as Event).#isStopped,
      isPrevented: event => (event as Event).#isPrevented,
      begin(event, target) {
        const given = event as Event
        given.#target = target
        given.#isDispatched = true
      },
      setPassive(event, isPassive) {
        ;(event as Event).#isPassive = isPassive
      },
      end(event) {
        const given = event as Event
        given.#isDispatched = false
        given.#stopsPropagation = false
        given.#isStopped = false
      },
    }
  }

  constructor(...given: unknown[]) {
    requireArguments(given, 'type')
    const { bubbles, cancelable, composed } = dictionaryOf(given[1]) as EventOptions
    this.#type = toText(given[0])
    this.#bubbles = !!bubbles
    this.#cancelable = !!cancelable
    this.#composed = !!composed
  }

  get type(): string {
    return this.#type
  }

  get target(): object | null {
    return this.#target
  }

  get currentTarget(): object | null {
    return this.#isDispatched ? this.#target : null
  }

  get srcElement(): object | null {
    return this.#target
  }

  composedPath(): object[] {
    return this.#isDispatched ? [this.#target as object] : []
  }

  get eventPhase(): number {
    return this.#isDispatched ? AT_TARGET : NONE
  }

  stopPropagation(): void {
    this.#stopsPropagation = true
  }

  get cancelBubble(): boolean {
    return this.#stopsPropagation
  }

  set cancelBubble(value: unknown) {
    if (value) this.#stopsPropagation = true
    else this.#type
  }

  stopImmediatePropagation(): void {
    this.#stopsPropagation = true
    this.#isStopped = true
  }

  get bubbles(): boolean {
    return this.#bubbles
  }

  get cancelable(): boolean {
    return this.#cancelable
  }

  get returnValue(): boolean {
    return !this.#isPrevented
  }

  set returnValue(value: unknown) {
    if (value) this.#type
    else this.preventDefault()
  }

  preventDefault(): void {
    if (this.#cancelable && !this.#isPassive) this.#isPrevented = true
  }

  get defaultPrevented(): boolean {
    return this.#isPrevented
  }

  get composed(): boolean {
    return this.#composed
  }

  get isTrusted(): boolean {
    this.#type
    return false
  }

  get timeStamp(): number {
    return this.#timeStamp
  }
}

/** The guest's `CustomEvent`: an event with a `detail`. */
export class CustomEvent extends Event {
  #detail: unknown

  constructor(...given: unknown[]) {
    requireArguments(given, 'type')
    super(given[0], given[1])
    const { detail } = dictionaryOf(given[1]) as { detail?: unknown }
    this.#detail = detail === undefined ? null : detail
  }

  get detail(): unknown {
    return this.#detail
  }
}

export const {
  isEvent,
  typeOf: eventType,
  isDispatched,
  isStopped,
  isPrevented,
  begin: beginDispatch,
  setPassive,
  end: endDispatch,
} = eventHooks
