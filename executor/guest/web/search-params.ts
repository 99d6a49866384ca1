/**
 * `URLSearchParams`, after https://url.spec.whatwg.org/#interface-urlsearchparams, wholly in the
 * guest.
 */

import { errorWithCode } from '../errors.ts'
import {
  append,
  arraySort,
  hidden,
  iteratorPrototype,
  reflectApply,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetOwnPropertyDescriptor,
  reflectOwnKeys,
  reflectSetPrototypeOf,
  stringSlice,
  stringToWellFormed,
  symbolIterator,
  symbolToStringTag,
  TypeErrorOf,
  toText,
  unlinkedList,
} from '../primordials.ts'
import { addPair, noPairs, type Pairs, parseForm, writeForm } from './form-text.ts'
import { defineInterface, readOnly } from './web-interface.ts'

type Changed = (text: string) => void

/** The powers over a `URLSearchParams` that only the prelude has. */
interface Hooks {
  is(value: unknown): boolean
  /** The text form. */
  text(params: URLSearchParams): string
  /** Takes the pairs from a text, silently. */
  replace(params: URLSearchParams, text: string): void
  /** Calls `changed` with the text form after each change. */
  watch(params: URLSearchParams, changed: Changed): void
}

let hooks: Hooks

/** The guest's `URLSearchParams`; one that belongs to a `URL` reports each change to it. */
export class URLSearchParams {
  #pairs: Pairs
  #changed: Changed | undefined

  static {
    hooks = {
      is: value => typeof value === 'object' && value !== null && #pairs in value,
      text: params => writeForm(params.#pairs),
      replace: (params, text) => {
        params.#pairs = parseForm(text)
      },
      watch: (params, changed) => {
        params.#changed = changed
      },
    }
  }

  constructor(init?: unknown) {
    this.#pairs = pairsOf(init)
  }

  get size(): number {
    return this.#pairs.names.length
  }

  append(...given: unknown[]): void {
    this.#require(given, 2)
    addPair(this.#pairs, webText(given[0]), webText(given[1]))
    this.#reportChange()
  }

  delete(...given: unknown[]): void {
    const isDoomed = this.#matcher(given)
    this.#keep((name, value) => !isDoomed(name, value))
    this.#reportChange()
  }

  get(...given: unknown[]): string | null {
    this.#require(given, 1)
    const { names, values } = this.#pairs
    const sought = webText(given[0])
    for (let i = 0; i < names.length; i++) if (names[i] === sought) return values[i] as string
    return null
  }

  getAll(...given: unknown[]): string[] {
    this.#require(given, 1)
    const { names, values } = this.#pairs
    const sought = webText(given[0])
    const found: string[] = []
    for (let i = 0; i < names.length; i++) {
      if (names[i] === sought) append(found, values[i] as string)
    }
    return found
  }

  has(...given: unknown[]): boolean {
    const isSought = this.#matcher(given)
    const { names, values } = this.#pairs
    for (let i = 0; i < names.length; i++) {
      if (isSought(names[i] as string, values[i] as string)) return true
    }
    return false
  }

  set(...given: unknown[]): void {
    this.#require(given, 2)
    const sought = webText(given[0])
    const replacement = webText(given[1])
    let isSet = false
    this.#keep((name, _value, position) => {
      if (name !== sought) return true
      if (isSet) return false
      isSet = true
      this.#pairs.values[position] = replacement
      return true
    })
    if (!isSet) addPair(this.#pairs, sought, replacement)
    this.#reportChange()
  }

  sort(): void {
    const { names, values } = this.#pairs
    const order = unlinkedList<number>()
    for (let i = 0; i < names.length; i++) order[i] = i
    arraySort(order, (i, j) => byCodeUnits(names[i] as string, names[j] as string) || i - j)
    const sorted = noPairs()
    for (let i = 0; i < order.length; i++) {
      const position = order[i] as number
      addPair(sorted, names[position] as string, values[position] as string)
    }
    this.#pairs = sorted
    this.#reportChange()
  }

  entries(): PairIterator {
    return new PairIterator(() => this.#pairs, 'entries')
  }

  forEach(visit?: unknown, self?: unknown): void {
    this.#pairs
    if (typeof visit !== 'function') {
      const message = 'The "callback" argument must be of type function.'
      throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_ARG_TYPE')
    }
    for (let i = 0; i < this.#pairs.names.length; i++) {
      reflectApply(visit, self, [this.#pairs.values[i], this.#pairs.names[i], this])
    }
  }

  keys(): PairIterator {
    return new PairIterator(() => this.#pairs, 'keys')
  }

  values(): PairIterator {
    return new PairIterator(() => this.#pairs, 'values')
  }

  toString(): string {
    return writeForm(this.#pairs)
  }

  #require(given: readonly unknown[], count: 1 | 2): void {
    this.#pairs
    if (given.length >= count) return
    const names = count === 1 ? '"name" argument' : '"name" and "value" arguments'
    throw errorWithCode(TypeErrorOf, 'The ' + names + ' must be specified', 'ERR_MISSING_ARGS')
  }

  /** Recognizes pairs by a name, and by a value too if one is given. */
  #matcher(given: readonly unknown[]): (name: string, value: string) => boolean {
    this.#require(given, 1)
    const name = webText(given[0])
    if (given.length < 2 || given[1] === undefined) return other => other === name
    const value = webText(given[1])
    return (otherName, otherValue) => otherName === name && otherValue === value
  }

  #keep(isKept: (name: string, value: string, position: number) => boolean): void {
    const { names, values } = this.#pairs
    const kept = noPairs()
    for (let i = 0; i < names.length; i++) {
      if (isKept(names[i] as string, values[i] as string, i)) {
        addPair(kept, names[i] as string, values[i] as string)
      }
    }
    this.#pairs = kept
  }

  #reportChange(): void {
    this.#changed?.(writeForm(this.#pairs))
  }
}

export const {
  is: isURLSearchParams,
  text: searchParamsText,
  replace: replaceSearchParams,
  watch: watchSearchParams,
} = hooks

/** A `URLSearchParams` of a text form. */
export function makeURLSearchParams(text: string): URLSearchParams {
  return new URLSearchParams(text)
}

const lengths: Readonly<Record<string, number>> = {
  append: 2,
  delete: 1,
  get: 1,
  getAll: 1,
  has: 1,
  set: 2,
  forEach: 1,
}

/** Defines `URLSearchParams` on `target`. */
export function installURLSearchParams(target: object): void {
  const { prototype } = URLSearchParams
  for (const name in lengths) {
    const method = (prototype as unknown as Record<string, object>)[name] as object
    reflectDefineProperty(method, 'length', readOnly(lengths[name]))
  }
  defineInterface(target, URLSearchParams, 0)
  reflectDefineProperty(prototype, symbolIterator, hidden(prototype.entries))
}

class PairIterator {
  #pairs: () => Pairs
  #kind: 'entries' | 'keys' | 'values'
  #next = 0

  constructor(pairs: () => Pairs, kind: 'entries' | 'keys' | 'values') {
    this.#pairs = pairs
    this.#kind = kind
    // Throws here, as on every other method, if the receiver is none of ours.
    pairs()
  }

  next(): { value: unknown; done: boolean } {
    const { names, values } = this.#pairs()
    const i = this.#next
    if (i >= names.length) return { value: undefined, done: true }
    this.#next = i + 1
    switch (this.#kind) {
      case 'entries':
        return { value: [names[i], values[i]], done: false }
      case 'keys':
        return { value: names[i], done: false }
      case 'values':
        return { value: values[i], done: false }
      default:
        return this.#kind satisfies never
    }
  }
}

reflectDeleteProperty(PairIterator.prototype, 'constructor')
reflectSetPrototypeOf(PairIterator.prototype, iteratorPrototype)
reflectDefineProperty(
  PairIterator.prototype,
  symbolToStringTag,
  readOnly('URLSearchParams Iterator'),
)

/** The pairs in a program's argument: a text, an iterable of pairs or a record. */
function pairsOf(init: unknown): Pairs {
  if (init === undefined) return noPairs()
  if ((typeof init !== 'object' && typeof init !== 'function') || init === null) {
    const text = webText(init)
    return parseForm(text[0] === '?' ? stringSlice(text, 1) : text)
  }
  const iterate = (init as Record<symbol, unknown>)[symbolIterator]
  if (iterate === undefined || iterate === null) return pairsOfRecord(init)
  if (typeof iterate !== 'function') {
    throw errorWithCode(TypeErrorOf, 'Query pairs must be iterable', 'ERR_ARG_NOT_ITERABLE')
  }
  const pairs = noPairs()
  // The program's iterables, by its own iteration protocol.
  for (const pair of init as Iterable<unknown>) addTuple(pairs, pair)
  return pairs
}

function addTuple(pairs: Pairs, pair: unknown): void {
  const parts = unlinkedList<string>()
  if (typeof pair === 'object' && pair !== null && symbolIterator in pair) {
    for (const part of pair as Iterable<unknown>) parts[parts.length] = webText(part)
  }
  if (parts.length !== 2) {
    const message = 'Each query pair must be an iterable [name, value] tuple'
    throw errorWithCode(TypeErrorOf, message, 'ERR_INVALID_TUPLE')
  }
  addPair(pairs, parts[0] as string, parts[1] as string)
}

function pairsOfRecord(init: object): Pairs {
  const pairs = noPairs()
  const keys = reflectOwnKeys(init)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    const descriptor = reflectGetOwnPropertyDescriptor(init, key)
    if (!descriptor?.enumerable) continue
    addPair(pairs, webText(key), webText((init as Record<string, unknown>)[key]))
  }
  return pairs
}

/** A text without lone surrogates, as Web IDL's USVString. */
export function webText(value: unknown): string {
  return stringToWellFormed(toText(value))
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
