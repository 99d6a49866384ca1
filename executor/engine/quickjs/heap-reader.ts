/**
 * Reads plain values straight from a guest's memory, in the text that `executor/guest/codec/encode.ts`
 * writes for them, character for character: it takes an eighth of the time.
 *
 * Plain: strings, and trees of arrays without holes and objects of `Object.prototype` whose
 * properties are data, with nothing referenced twice, no `toJSON`, and primitives that JSON holds.
 * What is not plain is refused, and goes the long way.
 *
 * No code of the guest runs, and nothing of the guest's memory changes. The memory may hold
 * anything: an address is only ever an index into it, so that a wrong one reads other bytes of the
 * guest's own or nothing, and every loop has a bound.
 */

import { type HeapLayout, OBJECT, SHAPE, STRING_HEADER_BYTES } from './heap-fields.ts'

// Tags of values, the high word of their eight bytes; the tag of a number is none of them.
const STRING = -7
const ROPE = -6
const OBJECT_TAG = -1
const INT = 0
const BOOL = 1
const NULL = 2
/** Tags lie between these; the high word of a number is shifted so that it is beyond. */
const FIRST_TAG = -9
const LAST_TAG = 8
const NUMBER_SHIFT = 0x7ff80000 + 9 + 1

const PLAIN_CLASS = 1
const ARRAY_CLASS = 2
/** Flag of an array that keeps its elements in one block, without holes. */
const FAST_ARRAY = 0x10

/** Flags of a property, from bit 26 of its first word. */
const ENUMERABLE = 4
/** Of a getter, a variable of a module, or one that is made when it is read. */
const NOT_DATA = 0x30
/** Atoms from here on are whole numbers. */
const FIRST_INDEX = 0x80000000

/** How a string has its characters: in place, in a part of another string, elsewhere. */
const IN_PLACE = 0
const SLICE = 1
const WIDE = 0x80000000
const LENGTH = 0x7fffffff
/** Kinds of atoms: beyond this one they are symbols. */
const LAST_STRING_ATOM = 1
/** A name like an index, beyond those that are numbers: its place among the others is not its own. */
const LARGE_INDEX = /^[1-9]\d{9}$/

/** So many values and parts of strings at most; 5 000 records of ten fields are 55 000. */
const MAX_STEPS = 400_000
/** Characters of the text at most. */
const MAX_CHARS = 16 * 1024 * 1024

const numbers = new Float64Array(1)
const numberWords = new Uint32Array(numbers.buffer)

class NotPlain extends Error {}
/** One for all: it has no stack to be read. */
const notPlain = new NotPlain('not plain')

/** Reads the values of one guest. */
export class HeapReader {
  #memory: WebAssembly.Memory
  #layout: HeapLayout
  #words!: Uint32Array
  #bytes!: Buffer
  #steps = 0
  #chars = 0
  /** Names of properties as they are written, by atom: during one reading. */
  #names = new Map<number, string>()

  constructor(memory: WebAssembly.Memory, layout: HeapLayout) {
    this.#memory = memory
    this.#layout = layout
  }

  /**
   * The text of a value: JSON of a string, the exact form of a tree.
   *
   * @param at address of the value's eight bytes
   * @returns `undefined` when the value is not plain, or too large
   */
  read(at: number): string | undefined {
    // The memory of a guest that has grown is another one.
    const { buffer } = this.#memory
    if (this.#bytes?.buffer !== buffer) {
      this.#words = new Uint32Array(buffer)
      this.#bytes = Buffer.from(buffer)
    }
    this.#steps = 0
    this.#chars = 0
    try {
      const tag = this.#word(at + 4) | 0
      if (tag === STRING || tag === ROPE) return JSON.stringify(this.#text(tag, this.#word(at)))
      if (tag !== OBJECT_TAG || !this.#isUnpatched()) return undefined
      return this.#tree(at)
    } catch (error) {
      if (error !== notPlain) throw error
      return undefined
    } finally {
      // An atom may be another name as soon as the guest runs.
      this.#names.clear()
    }
  }

  /** Breadth first, as the encoder goes: a value's place in the list is its number in the text. */
  #tree(root: number): string {
    const places = [root]
    const seen = new Set<number>()
    let text = 'd'
    for (let i = 0; i < places.length; i++) {
      this.#step()
      const form = this.#form(places[i] as number, places, seen)
      this.#count(form.length)
      text += (i === 0 ? '[' : ',') + form
    }
    return `${text}]`
  }

  #form(at: number, places: number[], seen: Set<number>): string {
    const low = this.#word(at)
    const tag = this.#word(at + 4) | 0
    if (tag < FIRST_TAG || tag >= LAST_TAG) return numberText(low, tag)
    switch (tag) {
      case INT:
        return `${low | 0}`
      case BOOL:
        return low === 0 ? 'false' : 'true'
      case NULL:
        return 'null'
      case STRING:
      case ROPE:
        return JSON.stringify(this.#text(tag, low))
      case OBJECT_TAG:
        if (seen.has(low)) throw notPlain
        seen.add(low)
        return this.#object(low, places)
      default:
        throw notPlain
    }
  }

  #object(at: number, places: number[]): string {
    const flags = this.#word(at + OBJECT.flags)
    const shape = this.#word(at + OBJECT.shape)
    const prototype = this.#word(shape + SHAPE.prototype)
    const { objectPrototype, arrayPrototype } = this.#layout
    const classId = flags >>> 16
    if (classId === PLAIN_CLASS && prototype === objectPrototype) {
      return this.#plain(this.#word(at + OBJECT.properties), shape, places)
    }
    if (classId !== ARRAY_CLASS || prototype !== arrayPrototype) throw notPlain
    if ((flags & FAST_ARRAY) === 0) throw notPlain
    return this.#array(at, shape, places)
  }

  #plain(values: number, shape: number, places: number[]): string {
    const first = this.#firstProperty(shape)
    const count = this.#word(shape + SHAPE.count)
    const ordered: number[] = []
    let areIndexes = false
    for (let i = 0; i < count; i++) {
      this.#step()
      const atom = this.#word(first + 8 * i + 4)
      // A property that was deleted leaves its place.
      if (atom === 0) continue
      if (atom === this.#layout.toJSON || atom === this.#layout.proto) throw notPlain
      const flags = this.#word(first + 8 * i) >>> 26
      if ((flags & ENUMERABLE) === 0) continue
      if ((flags & NOT_DATA) !== 0) throw notPlain
      areIndexes ||= atom >= FIRST_INDEX
      ordered.push(i)
    }
    const atomOf = (i: number) => this.#word(first + 8 * i + 4)
    if (areIndexes) {
      // Whole numbers come first, in their order. The sort keeps that of the others.
      const rank = (i: number) => (atomOf(i) >= FIRST_INDEX ? atomOf(i) : Infinity)
      ordered.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
    }
    let text = '{'
    for (const i of ordered) {
      const name = this.#name(atomOf(i))
      if (name === undefined) continue
      this.#count(name.length)
      text += `${text.length === 1 ? '' : ','}${name}:${places.length}`
      places.push(values + 8 * i)
    }
    return `${text}}`
  }

  #array(at: number, shape: number, places: number[]): string {
    const count = this.#word(at + OBJECT.count)
    // Its one property is `length`, which is the number of elements.
    if (this.#word(shape + SHAPE.count) !== 1) throw notPlain
    const length = this.#word(at + OBJECT.properties)
    if (this.#word(length) !== count || this.#word(length + 4) !== INT) throw notPlain
    const elements = this.#word(at + OBJECT.elements)
    let text = '['
    for (let i = 0; i < count; i++) {
      this.#step()
      text += `${i === 0 ? '' : ','}${places.length}`
      places.push(elements + 8 * i)
    }
    return `${text}]`
  }

  /** A name in quotes; `undefined` for a symbol. */
  #name(atom: number): string | undefined {
    if (atom >= FIRST_INDEX) return `"${atom - FIRST_INDEX}"`
    const known = this.#names.get(atom)
    if (known !== undefined) return known
    const string = this.#word(this.#word(this.#layout.atomTable) + 4 * atom)
    if (this.#word(string + 4) >>> 30 > LAST_STRING_ATOM) return undefined
    const text = this.#flat(string)
    if (LARGE_INDEX.test(text)) throw notPlain
    const name = JSON.stringify(text)
    this.#names.set(atom, name)
    return name
  }

  /** The characters of a string; one that was put together is a tree of its parts. */
  #text(tag: number, at: number): string {
    if (tag === STRING) return this.#flat(at)
    let text = ''
    const parts: (readonly [tag: number, at: number])[] = [[tag, at]]
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      this.#step()
      if (part[0] === STRING) {
        text += this.#flat(part[1])
        continue
      }
      if (part[0] !== ROPE) throw notPlain
      const left = part[1] + 8
      parts.push([this.#word(left + 12) | 0, this.#word(left + 8)])
      parts.push([this.#word(left + 4) | 0, this.#word(left)])
    }
    return text
  }

  #flat(at: number): string {
    const head = this.#word(at)
    const length = head & LENGTH
    const kind = (this.#word(at + 4) >>> 28) & 3
    this.#count(length)
    let from = at + STRING_HEADER_BYTES
    if (kind === SLICE) {
      from = this.#word(from) + STRING_HEADER_BYTES + this.#word(from + 4)
    } else if (kind !== IN_PLACE) from = this.#word(from)
    const bytes = (head & WIDE) === 0 ? length : 2 * length
    if (from + bytes > this.#bytes.length) throw notPlain
    return (head & WIDE) === 0
      ? this.#bytes.toString('latin1', from, from + bytes)
      : this.#bytes.toString('utf16le', from, from + bytes)
  }

  /** Whether reading `toJSON` of a plain value finds nothing, and its prototypes are linked as ever. */
  #isUnpatched(): boolean {
    const { objectPrototype, arrayPrototype } = this.#layout
    const arrayShape = this.#word(arrayPrototype + OBJECT.shape)
    if (this.#word(arrayShape + SHAPE.prototype) !== objectPrototype) return false
    return (
      !this.#hasToJSON(this.#word(objectPrototype + OBJECT.shape)) && !this.#hasToJSON(arrayShape)
    )
  }

  #hasToJSON(shape: number): boolean {
    const first = this.#firstProperty(shape)
    const count = this.#word(shape + SHAPE.count)
    for (let i = 0; i < count; i++) {
      this.#step()
      if (this.#word(first + 8 * i + 4) === this.#layout.toJSON) return true
    }
    return false
  }

  #firstProperty(shape: number): number {
    return shape + SHAPE.hashTable + 4 * (this.#word(shape + SHAPE.hashMask) + 1)
  }

  /** Four bytes of the memory. Addresses of the engine are multiples of four. */
  #word(at: number): number {
    const word = this.#words[at >>> 2]
    if (word === undefined || at < 0 || (at & 3) !== 0 || at > LENGTH * 2) throw notPlain
    return word
  }

  #step(): void {
    if (++this.#steps > MAX_STEPS) throw notPlain
  }

  #count(chars: number): void {
    this.#chars += chars
    if (this.#chars > MAX_CHARS) throw notPlain
  }
}

function numberText(low: number, tag: number): string {
  numberWords[0] = low
  numberWords[1] = tag + NUMBER_SHIFT
  const number = numbers[0] as number
  if (!Number.isFinite(number) || Object.is(number, -0)) throw notPlain
  return `${number}`
}
