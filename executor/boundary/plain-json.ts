/**
 * The plain JSON form of an exact value: the one that loses least of what JSON cannot write.
 *
 * A cycle becomes a string. A value that stands in two places is written twice, so a small value may
 * have an endless form. The text is therefore written with a bound.
 */

import { isWithin } from '../../protocol/base/nesting.ts'
import { FileReference } from '../../protocol/values/file-reference.ts'
import { PLAIN } from '../../protocol/values/value-format.ts'

/** Objects nested deeper than this become a string: readers of JSON recurse, and their stacks end. */
export const MAX_DEPTH = 500
const CIRCULAR = '"[Circular]"'
const TOO_DEEP = '"[Object]"'

/** Of a form for a decision: a sparse list is short when it is sent, and endless when it is written. */
const MAX_HOLES = 10_000

/**
 * Values in a form for a decision, what is shared counted as often as it is written: the form is made on
 * the host's thread, and so many take it a tenth of a second.
 */
const MAX_SHOWN_VALUES = 250_000

/** How much the form says. */
export interface PlainOptions {
  /**
   * The form hides nothing from the person who decides. Numbers that JSON lacks become strings,
   * and errors are written with all their properties. A value that is nested too deeply, or has more
   * parts than a person can look at, has no form.
   */
  readonly isForDecision?: true
}

/**
 * The form as JSON text; `undefined` when that is longer than `maxCharacters`, or would hide
 * something from a decision.
 */
export function plainJson(
  value: unknown,
  maxCharacters: number,
  { isForDecision = false }: PlainOptions | { isForDecision?: false } = {},
): string | undefined {
  const writer = new PlainWriter(maxCharacters, isForDecision)
  try {
    return writer.write(value)
  } catch (error) {
    if (error instanceof NoForm) return undefined
    throw error
  }
}

/**
 * The form for a decision of an encoded value, as far as the text is that form and surely within the
 * bounds; `undefined`: {@link plainJson} has to see. It takes a fifth of the time.
 *
 * @param encoded as `encodeValue` wrote it
 */
export function plainJsonOfEncoded(encoded: string, maxCharacters: number): string | undefined {
  if (encoded[0] !== PLAIN) return undefined
  const json = encoded.slice(PLAIN.length)
  const isSure = json.length <= maxCharacters && isWithin(json, MAX_DEPTH, MAX_SHOWN_VALUES)
  return isSure ? json : undefined
}

/** The value has no form within the bounds. */
class NoForm extends Error {
  override readonly name = 'NoForm'
}

class PlainWriter {
  #text = ''
  #maxCharacters: number
  #isForDecision: boolean
  #above = new Set<object>()
  #holesLeft = MAX_HOLES
  #valuesLeft: number

  constructor(maxCharacters: number, isForDecision: boolean) {
    this.#maxCharacters = maxCharacters
    this.#isForDecision = isForDecision
    this.#valuesLeft = isForDecision ? MAX_SHOWN_VALUES : Infinity
  }

  write(value: unknown): string {
    this.#value(value)
    return this.#text
  }

  #add(text: string): void {
    this.#text += text
    if (this.#text.length > this.#maxCharacters) throw new NoForm()
  }

  #value(value: unknown): void {
    if (--this.#valuesLeft < 0) throw new NoForm()
    if (typeof value === 'object' && value !== null) this.#object(value)
    else this.#add(this.#isForDecision ? primitiveForDecision(value) : primitiveText(value))
  }

  #object(value: object): void {
    const text = leafText(value)
    const bytes = bytesOf(value)
    if (text !== undefined) this.#add(text)
    else if (bytes !== undefined) this.#items(bytes)
    else if (this.#above.has(value)) this.#add(CIRCULAR)
    else if (this.#above.size === MAX_DEPTH) this.#tooDeep()
    else {
      this.#above.add(value)
      this.#container(value)
      this.#above.delete(value)
    }
  }

  #tooDeep(): void {
    if (this.#isForDecision) throw new NoForm()
    this.#add(TOO_DEEP)
  }

  #container(value: object): void {
    if (this.#isForDecision && Array.isArray(value)) this.#takeHoles(value)
    if (value instanceof FileReference) this.#entries(Object.entries(fileParts(value)))
    else if (value instanceof Map || value instanceof Set || Array.isArray(value))
      this.#items(value)
    else if (value instanceof Error)
      this.#entries(Object.entries(this.#isForDecision ? allParts(value) : errorParts(value)))
    else this.#entries(Object.entries(value))
  }

  #takeHoles(list: readonly unknown[]): void {
    if (list.length <= this.#holesLeft) return
    for (let i = 0; i < list.length; i++) {
      if (!(i in list) && --this.#holesLeft < 0) throw new NoForm()
    }
  }

  #items(items: Iterable<unknown>): void {
    this.#add('[')
    let isFirst = true
    for (const item of items) {
      if (!isFirst) this.#add(',')
      isFirst = false
      this.#value(item)
    }
    this.#add(']')
  }

  #entries(entries: [string, unknown][]): void {
    this.#add('{')
    let isFirst = true
    for (const [key, item] of entries) {
      if (!isFirst) this.#add(',')
      isFirst = false
      this.#add(`${JSON.stringify(key)}:`)
      this.#value(item)
    }
    this.#add('}')
  }
}

function primitiveText(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`
  // A number that JSON lacks is `null`, and so is `undefined`.
  return JSON.stringify(value) ?? 'null'
}

/** As {@link primitiveText}, with the numbers that JSON lacks as texts. */
function primitiveForDecision(value: unknown): string {
  if (typeof value !== 'number') return primitiveText(value)
  if (Object.is(value, -0)) return '"-0"'
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

/** The text of an object that is written as one primitive; `undefined` for the others. */
function leafText(value: object): string | undefined {
  if (value instanceof Date || value instanceof String) return JSON.stringify(value)
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams)
    return JSON.stringify(String(value))
  const isBoxed = value instanceof Number || value instanceof Boolean || value instanceof BigInt
  return isBoxed ? primitiveText(value.valueOf()) : undefined
}

/** The numbers that a buffer or a view holds; `undefined` for other objects. */
function bytesOf(value: object): Iterable<number | bigint> | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof DataView)
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return ArrayBuffer.isView(value) ? (value as unknown as Iterable<number>) : undefined
}

/** A file as the inputs of another execution take it. */
function fileParts({ fileId, name, type, size }: FileReference): object {
  return { $file: fileId, ...(name !== undefined && { name }), type, size }
}

function errorParts({ name, message }: Error): object {
  return { name, message }
}

/** An error with all of it that crosses. */
function allParts(error: Error): object {
  const { name, message, cause, ...own } = error
  const errors = error instanceof AggregateError ? { errors: error.errors } : {}
  return { ...own, ...errors, ...(cause !== undefined && { cause }), name, message }
}
