/**
 * Reads plain values straight from a guest's memory, as JSON behind the mark `PLAIN`, in a small part
 * of the time that the encoder of `executor/guest/codec/` takes for them.
 *
 * Plain: strings, and trees of arrays without holes and objects of `Object.prototype` whose
 * properties are data, with nothing referenced twice, no `toJSON`, and primitives that JSON holds.
 * What is not plain is refused, and goes the long way.
 *
 * No code of the guest runs, and nothing of the guest's memory changes. The memory may hold
 * anything: an address is only ever an index into it, so that a wrong one reads other bytes of the
 * guest's own or nothing, and every loop has a bound.
 */

import { PLAIN } from '../../../protocol/values/value-format.ts'
import type { AsciiText } from '../../boundary/ascii-text.ts'
import { MAX_DEPTH } from '../../boundary/plain-json.ts'
import { type HeapLayout, OBJECT, SHAPE, STRING_HEADER_BYTES } from './heap-fields.ts'
import { isAnyEscaped, type NameText, TextOutput, TooLong } from './text-output.ts'

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
/** Characters of long strings and of those with two bytes for each at most. */
const MAX_CHARS = 16 * 1024 * 1024

/** Strings up to this many characters are written character by character, longer ones in one copy. */
const SHORT_CHARS = 128

const numbers = new Float64Array(1)
const numberWords = new Uint32Array(numbers.buffer)

class NotPlain extends Error {}
/** One for all: it has no stack to be read. */
const notPlain = new NotPlain('not plain')

/** How the objects of one shape are written: where each value is, and what stands before it. */
interface ShapePlan {
  readonly places: readonly number[]
  readonly names: readonly NameText[]
}

/** Reads the values of one guest. */
export class HeapReader {
  #memory: WebAssembly.Memory
  #layout: HeapLayout
  #words!: Uint32Array
  #bytes!: Buffer
  #steps = 0
  #chars = 0
  #out = new TextOutput()
  /** Names of properties as JSON, by atom: during one reading. */
  #names = new Map<number, string>()
  /** By the address of the shape: during one reading. */
  #plans = new Map<number, ShapePlan>()
  /** Objects of the tree that something else refers to as well. */
  #seen = new Set<number>()

  constructor(memory: WebAssembly.Memory, layout: HeapLayout) {
    this.#memory = memory
    this.#layout = layout
  }

  /**
   * The text of a value.
   *
   * @param at address of the value's eight bytes
   * @returns `undefined` when the value is not plain, or too large
   */
  read(at: number): string | AsciiText | undefined {
    // The memory of a guest that has grown is another one.
    const { buffer } = this.#memory
    if (this.#bytes?.buffer !== buffer) {
      this.#words = new Uint32Array(buffer)
      this.#bytes = Buffer.from(buffer)
    }
    this.#steps = 0
    this.#chars = 0
    this.#out.begin(PLAIN)
    try {
      const tag = this.#word(at + 4) | 0
      if (tag === STRING || tag === ROPE) this.#string(tag, this.#word(at))
      else if (tag === OBJECT_TAG && this.#isUnpatched()) this.#object(this.#word(at), 0)
      else return undefined
      return this.#out.take()
    } catch (error) {
      if (error !== notPlain && !(error instanceof TooLong)) throw error
      return undefined
    } finally {
      // An atom may be another name as soon as the guest runs, and a shape another one.
      this.#names.clear()
      this.#plans.clear()
      this.#seen.clear()
      this.#out.clear()
    }
  }

  #value(at: number, depth: number): void {
    const low = this.#word(at)
    const tag = this.#word(at + 4) | 0
    switch (tag) {
      case INT:
        this.#out.integer(low | 0)
        return
      case STRING:
      case ROPE:
        this.#string(tag, low)
        return
      case OBJECT_TAG:
        this.#object(low, depth)
        return
      case BOOL:
        this.#out.ascii(low === 0 ? 'false' : 'true')
        return
      case NULL:
        this.#out.ascii('null')
        return
    }
    if (tag >= FIRST_TAG && tag < LAST_TAG) throw notPlain
    this.#out.number(numberOf(low, tag))
  }

  #object(at: number, depth: number): void {
    if (depth === MAX_DEPTH) throw notPlain
    // One reference is the one by which it was found.
    if (this.#word(at + OBJECT.references) !== 1) {
      if (this.#seen.has(at)) throw notPlain
      this.#seen.add(at)
    }
    const flags = this.#word(at + OBJECT.flags)
    const shape = this.#word(at + OBJECT.shape)
    const prototype = this.#word(shape + SHAPE.prototype)
    const { objectPrototype, arrayPrototype } = this.#layout
    const classId = flags >>> 16
    if (classId === PLAIN_CLASS && prototype === objectPrototype) {
      this.#plain(this.#word(at + OBJECT.properties), shape, depth + 1)
      return
    }
    if (classId !== ARRAY_CLASS || prototype !== arrayPrototype) throw notPlain
    if ((flags & FAST_ARRAY) === 0) throw notPlain
    this.#array(at, shape, depth + 1)
  }

  #plain(values: number, shape: number, depth: number): void {
    const { places, names } = this.#plans.get(shape) ?? this.#plan(shape)
    if (places.length === 0) {
      this.#step()
      this.#out.ascii('{}')
      return
    }
    for (let i = 0; i < places.length; i++) {
      this.#step()
      const name = names[i] as NameText
      this.#out.name(name)
      this.#value(values + (places[i] as number), depth)
    }
    this.#out.ascii('}')
  }

  #plan(shape: number): ShapePlan {
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
    const places: number[] = []
    const names: NameText[] = []
    for (const i of ordered) {
      const name = this.#name(atomOf(i))
      if (name === undefined) continue
      names.push(this.#out.nameText(`${places.length === 0 ? '{' : ','}${name}:`))
      places.push(8 * i)
    }
    const plan = { places, names }
    this.#plans.set(shape, plan)
    return plan
  }

  #array(at: number, shape: number, depth: number): void {
    const count = this.#word(at + OBJECT.count)
    // Its one property is `length`, which is the number of elements.
    if (this.#word(shape + SHAPE.count) !== 1) throw notPlain
    const length = this.#word(at + OBJECT.properties)
    if (this.#word(length) !== count || this.#word(length + 4) !== INT) throw notPlain
    const elements = this.#word(at + OBJECT.elements)
    this.#step()
    this.#out.ascii('[')
    for (let i = 0; i < count; i++) {
      this.#step()
      if (i > 0) this.#out.ascii(',')
      this.#value(elements + 8 * i, depth)
    }
    this.#out.ascii(']')
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

  /** Writes a string; one that was put together is a tree of its parts. */
  #string(tag: number, at: number): void {
    if (tag === ROPE) {
      this.#out.string(this.#joined(at))
      return
    }
    const head = this.#word(at)
    const length = head & LENGTH
    if ((head & WIDE) !== 0) {
      this.#out.string(this.#flat(at))
      return
    }
    const from = this.#characters(at)
    if (from + length > this.#bytes.length) throw notPlain
    if (length > SHORT_CHARS) this.#long(from, length)
    else this.#out.bytes(this.#bytes, from, length)
  }

  /** Writes a long string of Latin-1. */
  #long(from: number, length: number): void {
    this.#count(length)
    const bytes = this.#bytes
    // A string of V8's, and the JSON of that, would be new memory twice.
    if (!isAnyEscaped(bytes, this.#words, from, from + length))
      this.#out.unescaped(bytes.subarray(from, from + length))
    else this.#out.latin1(bytes.toString('latin1', from, from + length))
  }

  #joined(at: number): string {
    let text = ''
    const parts: (readonly [tag: number, at: number])[] = [[ROPE, at]]
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
    this.#count(length)
    const from = this.#characters(at)
    const bytes = (head & WIDE) === 0 ? length : 2 * length
    if (from + bytes > this.#bytes.length) throw notPlain
    return (head & WIDE) === 0
      ? this.#bytes.toString('latin1', from, from + bytes)
      : this.#bytes.toString('utf16le', from, from + bytes)
  }

  /** Where the characters of a string are. */
  #characters(at: number): number {
    const kind = (this.#word(at + 4) >>> 28) & 3
    const from = at + STRING_HEADER_BYTES
    if (kind === IN_PLACE) return from
    if (kind !== SLICE) return this.#word(from)
    return this.#word(from) + STRING_HEADER_BYTES + this.#word(from + 4)
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
    if (word === undefined) throw notPlain
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

/** @throws {NotPlain} for a number that JSON lacks */
function numberOf(low: number, tag: number): number {
  numberWords[0] = low
  numberWords[1] = tag + NUMBER_SHIFT
  const number = numbers[0] as number
  if (!Number.isFinite(number) || Object.is(number, -0)) throw notPlain
  return number
}
