/**
 * The patterns of schemas, tested in linear time, also those of a hostile author.
 *
 * A pattern of JavaScript is translated to RE2 and run by re2js. A pattern without a translation,
 * or of another dialect, is not tested at all.
 */

import type { RE2JS } from 're2js'
import { splitConditions } from './pattern-conditions.ts'
import { isJavaScriptPattern } from './pattern-dialect.ts'
import { translatePattern, Untranslatable } from './pattern-translation.ts'
import type { Run } from './run.ts'

/** Loaded when the first pattern is tested. */
let library: typeof import('re2js') | undefined

/** Loads the engine. */
export async function loadPatterns(): Promise<void> {
  library ??= await import('re2js')
}

/** Whether the engine is loaded. */
export const arePatternsLoaded = (): boolean => library !== undefined

/** A longer pattern is not tested: compiling it would take as long. */
const MAX_PATTERN_LENGTH = 4000
/** A step of the engine for one character and one instruction takes a tenth of one of ours. */
const INSTRUCTIONS_PER_STEP = 8

/** A pattern that can be tested. */
export interface Pattern {
  /** Whether the text has a match. The engine must be loaded. */
  test(text: string, run: Run): boolean
}

/** A pattern, or why it is not tested. */
export type ReadPattern =
  | { readonly pattern: Pattern; readonly why?: undefined }
  | { readonly why: string }

/** Patterns that were read before, by their text: many properties share few. */
const known = new Map<string, ReadPattern>()
const MAX_KNOWN = 1000

/** Reads a pattern; runs nothing of it. */
export function readPattern(source: string): ReadPattern {
  const before = known.get(source)
  if (before !== undefined) return before
  if (known.size >= MAX_KNOWN) known.clear()
  const read = readNew(source)
  known.set(source, read)
  return read
}

function readNew(source: string): ReadPattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    return { why: `it is longer than ${MAX_PATTERN_LENGTH} characters` }
  }
  if (!isJavaScriptPattern(source)) return { why: 'it is written in another dialect' }
  try {
    return { pattern: readCounted(source) ?? readConditions(source) }
  } catch (error) {
    if (error instanceof Untranslatable) return { why: error.message }
    throw error
  }
}

function readConditions(source: string): Pattern {
  const { must, mustNot } = splitConditions(source)
  const positive = must.map(one => new LinearPattern(translatePattern(one)))
  const negative = mustNot.map(one => new LinearPattern(translatePattern(one)))
  return {
    test: (text, run) =>
      positive.every(one => one.test(text, run)) && !negative.some(one => one.test(text, run)),
  }
}

/** `^.{0,5000}$`: one kind of character, and how many of it. RE2 repeats a thousand times at most. */
function readCounted(source: string): Pattern | undefined {
  const counted = /^\^(\.|\\[dDwWsS]|\[(?:[^\]\\]|\\.)+\])\{(\d+)(?:(,)(\d*))?\}\$$/.exec(source)
  if (counted === null) return undefined
  const [, one, least, comma, most] = counted
  const min = Number(least)
  const max = comma === undefined ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most)
  const all = new LinearPattern(translatePattern(`^${one}*$`))
  return {
    test(text, run) {
      // In UTF-16 units, of which a character has at most two.
      if (text.length < min || text.length > 2 * max) return false
      const count = characterCount(text)
      return count >= min && count <= max && all.test(text, run)
    },
  }
}

/** The number of code points of a string. */
export function characterCount(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff && (text.codePointAt(i) as number) > 0xffff) {
      count--
      i++
    }
  }
  return count
}

class LinearPattern implements Pattern {
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  test(text: string, run: Run): boolean {
    const engine = engineOf(this.#source)
    if (engine === undefined) return true
    run.spend(1 + Math.ceil((text.length * engine.programSize()) / INSTRUCTIONS_PER_STEP))
    return engine.test(text)
  }
}

/** Engines in use, the most recent last: each may hold 8 MB of states. */
const engines = new Map<string, RE2JS | undefined>()
const MAX_ENGINES = 64

function engineOf(source: string): RE2JS | undefined {
  const isKnown = engines.has(source)
  const engine = isKnown ? engines.get(source) : compile(source)
  if (isKnown) engines.delete(source)
  engines.set(source, engine)
  if (engines.size > MAX_ENGINES) engines.delete(engines.keys().next().value as string)
  return engine
}

function compile(source: string): RE2JS | undefined {
  if (library === undefined) throw new Error('The pattern engine is not loaded')
  try {
    return library.RE2JS.compile(source)
  } catch {
    // Too large for the engine, or a script that its Unicode tables lack: like any pattern that
    // cannot be tested, it lets everything pass.
    return undefined
  }
}
