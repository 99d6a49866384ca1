/** The walk over a value that gives each of its objects an index and a text. */

import { EXACT, UNDEFINED } from '../../../protocol/values/value-format.ts'
import {
  append,
  bigintToString,
  isArray,
  jsonStringify,
  MapOf,
  mapGet,
  mapSet,
  numberToString,
  objectPrototype,
  reflectGetPrototypeOf,
  stringIndexOf,
  stringSlice,
  unlinkedList,
} from '../primordials.ts'
import { isPromise, mayBePromise, promiseState } from '../promise-state.ts'
import { arrayForm, nullPrototypeForm, plainForm, type ReadProperties } from './encode-forms.ts'
import { sentinelOf } from './encode-primitive.ts'
import { type BufferText, type FormWriter, specialForm } from './encode-special.ts'
import { afterToJSON, isOutOfMemory, kindOf } from './value-kinds.ts'
import { argumentName, step } from './value-path.ts'

/** How the walk treats parts that cannot cross: an error, or a text in their place. */
export interface EncodeMode {
  /** Absent: a part that cannot cross is an error, and errors of reads pass through. */
  readonly output?: {
    /** The text in place of a part that cannot cross. */
    substitute(value: unknown): string
    /** The text in place of a property whose read threw this. */
    unreadable(error: unknown): string
  }
  /** Stores a file, and returns its facts. */
  readonly factsOf: (file: object) => object
  /** Whether promises are awaited where they stand; otherwise each is a part that cannot cross. */
  readonly awaits?: boolean
}

/** Text and whether plain JSON would hold the same: no other kinds, nothing referenced twice. */
export interface Encoded {
  readonly text: string
  readonly isPlain: boolean
}

/** A promise that the walk met before it was settled. */
export interface PendingPart {
  readonly promise: object
  /** Stands in the texts until the promise is settled. */
  readonly mark: string
  readonly parent: number
  readonly key: string | number
}

/**
 * The form of a value in the text of its parent: its index, a sentinel, or the mark of a promise
 * that is not settled yet.
 */
type Reference = number | string

/** Around the number of a mark; JSON writes no such character as it is. */
const MARK = '\0'

/**
 * Visits objects breadth first, each once. So every getter and trap runs once, depth costs no
 * stack, and the text comes out in the order of its indices. A pending promise is left out. Once it
 * is settled, {@link settle} puts its value in its place and the walk goes on.
 */
export class Walk implements FormWriter {
  #root: string | readonly string[]
  #mode: EncodeMode
  #awaits: boolean
  /** Values in the order of their indices, with where each was found. */
  #values = unlinkedList<unknown>()
  #prototypes = unlinkedList<object | null>()
  #parents = unlinkedList<number>()
  #keys = unlinkedList<string | number>()
  #count = 0
  #seen = new MapOf<unknown, Reference>()
  #read: ReadProperties | undefined
  #first: Reference = UNDEFINED
  #text = EXACT
  #written = 0
  #marks = 0
  #references: Map<string, Reference> | undefined
  isPlain = true
  readonly buffers = new MapOf<number, BufferText>()
  /** Why the value cannot cross, once a part was met that cannot. */
  refusal: string | undefined
  /** Whether that is a promise, which could have been awaited. */
  isAwaitable = false
  /** The first promise that was found to be rejected. */
  rejection: { readonly path: string; readonly reason: unknown } | undefined
  /** Promises that were met since the caller last emptied the list. */
  pending = unlinkedList<PendingPart>()

  constructor(root: string | readonly string[], mode: EncodeMode, read?: ReadProperties) {
    this.#root = root
    this.#mode = mode
    this.#awaits = mode.awaits === true
    this.#read = read
  }

  /** Encodes all that is reached without waiting. */
  start(value: unknown): void {
    this.#first = this.place(value, -1, '')
    this.#advance()
  }

  /** Puts the value of a promise that is settled into its place, and goes on from there. */
  settle({ promise, mark, parent, key }: PendingPart): void {
    if (this.rejection !== undefined) return
    this.#references ??= new MapOf<string, Reference>()
    mapSet(this.#references, mark, this.#placePromise(promise, parent, key))
    this.#advance()
  }

  /** The whole, once no promise is pending. */
  result(): Encoded {
    const first = this.#resolved(this.#first)
    if (first < 0) return { text: EXACT + first, isPlain: false }
    return { text: this.#resolvedText() + ']', isPlain: this.isPlain }
  }

  #advance(): void {
    while (this.#written < this.#count) {
      if (this.refusal !== undefined || this.rejection !== undefined) return
      const index = this.#written++
      this.#text += (index === 0 ? '[' : ',') + this.#write(this.#values[index], index)
    }
  }

  #resolved(reference: Reference): number {
    let at = reference
    while (typeof at === 'string') at = mapGet(this.#references as never, at) as Reference
    return at
  }

  #resolvedText(): string {
    if (this.#references === undefined) return this.#text
    let text = ''
    let from = 0
    for (;;) {
      const start = stringIndexOf(this.#text, MARK, from)
      if (start < 0) return text + stringSlice(this.#text, from)
      const end = stringIndexOf(this.#text, MARK, start + 1) + 1
      const mark = stringSlice(this.#text, start, end)
      text += stringSlice(this.#text, from, start) + this.#resolved(mark)
      from = end
    }
  }

  place(value: unknown, parent: number, key: string | number): Reference {
    if (typeof value !== 'object' || value === null) return this.#placePart(value, parent, key)
    const known = mapGet(this.#seen, value)
    if (known !== undefined) {
      // JSON would lose that it is the same one.
      this.isPlain = false
      return known
    }
    let part: unknown = value
    let prototype: object | null = null
    try {
      prototype = reflectGetPrototypeOf(value)
      if (this.#awaits && mayBePromise(prototype) && isPromise(value)) {
        return this.#placePromise(value, parent, key)
      }
      part = afterToJSON(value, key)
      if (part === value) return this.#placePart(part, parent, key, prototype)
      if (typeof part === 'object' && part !== null) prototype = reflectGetPrototypeOf(part)
    } catch (error) {
      part = this.#substitute(value, error)
    }
    const reference = this.#placeCrossing(part, parent, key, prototype)
    mapSet(this.#seen, value, reference)
    return reference
  }

  /** Places the value as which an object crosses. */
  #placeCrossing(
    part: unknown,
    parent: number,
    key: string | number,
    prototype: object | null,
  ): Reference {
    if (typeof part !== 'object' || part === null) return this.#placePart(part, parent, key)
    const known = mapGet(this.#seen, part)
    if (known !== undefined) {
      this.isPlain = false
      return known
    }
    if (this.#awaits && mayBePromise(prototype) && isPromise(part)) {
      return this.#placePromise(part, parent, key)
    }
    return this.#placePart(part, parent, key, prototype)
  }

  #placePromise(promise: object, parent: number, key: string | number): Reference {
    const state = promiseState(promise)
    switch (state.status) {
      case 'fulfilled': {
        const { value } = state
        // The language assimilates promises: this one hid from it, and may lead to itself.
        const isHidden = typeof value === 'object' && value !== null && isPromise(value)
        return isHidden
          ? this.#placePart(this.#substitute(value), parent, key)
          : this.place(value, parent, key)
      }
      case 'rejected':
        this.rejection ??= { path: this.#pathOf(parent, key), reason: state.reason }
        return UNDEFINED
      case 'pending': {
        const mark = MARK + this.#marks++ + MARK
        append(this.pending, { promise, mark, parent, key })
        return mark
      }
      default:
        return state satisfies never
    }
  }

  #placePart(
    part: unknown,
    parent: number,
    key: string | number,
    prototype: object | null = null,
  ): number {
    if (part === undefined) {
      this.isPlain = false
      return UNDEFINED
    }
    if (typeof part === 'number') {
      const sentinel = sentinelOf(part)
      if (sentinel !== 0) {
        this.isPlain = false
        return sentinel
      }
    }
    const index = this.#count++
    this.#values[index] = part
    this.#prototypes[index] = prototype
    this.#parents[index] = parent
    this.#keys[index] = key
    if (typeof part === 'object' && part !== null) mapSet(this.#seen, part, index)
    return index
  }

  /** The text in place of a part of an output. @throws {unknown} `error` when there is none */
  #substitute(value: unknown, error?: unknown): string {
    const { output } = this.#mode
    if (output === undefined || isOutOfMemory(error)) throw error
    this.isPlain = false
    return output.substitute(value)
  }

  #write(value: unknown, index: number): string {
    switch (typeof value) {
      case 'string':
        return jsonStringify(value)
      case 'number':
        return numberToString(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        this.isPlain = false
        return '["BigInt","' + bigintToString(value) + '"]'
      case 'object':
        return value === null ? 'null' : this.#writeReadable(value, index)
      default:
        return this.refuse(value, index)
    }
  }

  refuse(value: unknown, index: number, reason?: string): string {
    this.isPlain = false
    const { output } = this.#mode
    const isAwaitable = !this.#awaits && typeof value === 'object' && isPromise(value as object)
    if (output !== undefined && !isAwaitable) return jsonStringify(output.substitute(value))
    const why = reason ?? 'a ' + kindOf(value) + ' cannot cross to the host'
    const place = this.#pathOf(this.#parents[index] as number, this.#keys[index] as string)
    this.isAwaitable ||= isAwaitable
    this.refusal ??= 'Cannot send ' + place + ': ' + why
    return ''
  }

  #pathOf(parent: number, key: string | number): string {
    let path = ''
    let last = key
    for (let at = parent; at >= 0; at = this.#parents[at] as number) {
      if (at === 0 && typeof this.#root !== 'string') return argumentName(this.#root, last) + path
      path = step(last) + path
      last = this.#keys[at] as string | number
    }
    return (typeof this.#root === 'string' ? this.#root : 'args') + path
  }

  /** In an output, an object whose trap throws becomes text as well. */
  #writeReadable(value: object, index: number): string {
    try {
      return this.#writeObject(value, index)
    } catch (error) {
      return jsonStringify(this.#substitute(value, error))
    }
  }

  #writeObject(value: object, index: number): string {
    const prototype = this.#prototypes[index]
    if (prototype === objectPrototype) {
      return plainForm(this, value, index, this.#read?.of === value ? this.#read : undefined)
    }
    if (isArray(value)) return arrayForm(this, value, index)
    this.isPlain = false
    if (prototype === null) return nullPrototypeForm(this, value, index)
    return specialForm(this, value, index) ?? plainForm(this, value, index)
  }

  factsOf(file: object): object {
    return this.#mode.factsOf(file)
  }

  read(value: object, key: PropertyKey): unknown {
    try {
      return (value as Record<PropertyKey, unknown>)[key]
    } catch (error) {
      return this.unreadable(error)
    }
  }

  unreadable(error: unknown): string {
    const { output } = this.#mode
    if (output === undefined || isOutOfMemory(error)) throw error
    this.isPlain = false
    return output.unreadable(error)
  }
}
