/** Keywords about a value itself: its type, equality, numbers, texts. */

import { isEqual } from './equality.ts'
import { alternatives, oneOf } from './expectation.ts'
import { formatTest } from './formats.ts'
import type { Keyword } from './keyword.ts'
import { FILE_KIND, jsonTypes, kindOf, shown } from './kinds.ts'
import { characterCount, readPattern } from './pattern.ts'
import { type Sized, sizeBound } from './size-bound.ts'

/** Names of types that are not in JSON Schema, with the meaning that their authors intend. */
const anyType = new Set(['any', 'unknown'])

const type: Keyword = (value, { schema, warn }) => {
  const names = [value].flat()
  const isKnown = names.every(name => typeof name === 'string' && jsonTypes.has(name))
  if (!isKnown || names.length === 0) {
    if (!names.some(name => anyType.has(String(name))))
      warn('type', `${shown(names[0])} is not one`)
    return undefined
  }
  const allowed = (schema.nullable === true ? [...names, 'null'] : names) as string[]
  const takesWhole = allowed.includes('integer') && !allowed.includes('number')
  // As `z.file()` and OpenAPI write a file.
  const takesFile =
    allowed.includes('string') &&
    (schema.format === 'binary' || schema.contentEncoding === 'binary')
  return (part, run, at) => {
    run.spend(1)
    const kind = kindOf(part)
    if (kind === FILE_KIND && takesFile) return true
    if (allowed.includes(kind) || (takesWhole && Number.isInteger(part))) return true
    return run.fail(
      at,
      () => `expected ${alternatives(allowed)}, got ${fractionOr(kind, part, takesWhole)}`,
    )
  }
}

/** A fraction where a whole number is expected is best shown as it is. */
const fractionOr = (kind: string, value: unknown, isWhole: boolean) =>
  isWhole && kind === 'number' ? String(value) : kind

const enumeration: Keyword = (value, { schema, warn }) => {
  if (!Array.isArray(value)) {
    warn('enum', 'it is not a list')
    return undefined
  }
  const scalars = new Set(value.filter(one => typeof one !== 'object' || one === null))
  const others = value.filter(one => typeof one === 'object' && one !== null)
  if (schema.nullable === true) scalars.add(null)
  return (part, run, at) => {
    run.spend(1)
    if (scalars.has(part)) return true
    if (others.some(one => isEqual(one, part, run))) return true
    return run.fail(at, () => `expected ${oneOf(value)}, got ${shown(part)}`)
  }
}

const constant: Keyword = value => (part, run, at) =>
  isEqual(value, part, run) ||
  run.fail(at, () => {
    const [wanted, given] = [shown(value), shown(part)]
    return wanted === given
      ? `expected exactly the ${wanted} that the schema names`
      : `expected ${wanted}, got ${given}`
  })

/** A bound of numbers. BigInts compare with numbers as numbers do. */
function bound(
  keyword: string,
  words: string,
  holds: (value: number, limit: number) => boolean,
): Keyword {
  return (limit, { warn }) => {
    if (typeof limit !== 'number') {
      warn(keyword, 'it is not a number')
      return undefined
    }
    return (value, run, at) => {
      run.spend(1)
      if (typeof value !== 'number' && typeof value !== 'bigint') return true
      if (holds(value as number, limit)) return true
      return run.fail(at, () => `expected ${words} ${limit}, got ${value}`)
    }
  }
}

/** In draft 4 `exclusiveMinimum: true` makes the bound beside it an exclusive one. */
function inclusive(beside: string, inside: Keyword, strict: Keyword): Keyword {
  return (limit, context) => (context.schema[beside] === true ? strict : inside)(limit, context)
}

function exclusive(strict: Keyword): Keyword {
  return (limit, context) => (typeof limit === 'boolean' ? undefined : strict(limit, context))
}

const atLeast = bound('minimum', 'at least', (value, limit) => value >= limit)
const atMost = bound('maximum', 'at most', (value, limit) => value <= limit)
const moreThan = bound('exclusiveMinimum', 'more than', (value, limit) => value > limit)
const lessThan = bound('exclusiveMaximum', 'less than', (value, limit) => value < limit)

const multipleOf: Keyword = (value, { warn }) => {
  if (typeof value !== 'number' || !(value > 0)) {
    warn('multipleOf', 'it is not a positive number')
    return undefined
  }
  return (part, run, at) => {
    run.spend(1)
    if (typeof part !== 'number' || isMultiple(part, value)) return true
    return run.fail(at, () => `expected a multiple of ${value}, got ${part}`)
  }
}

/** 0.07 is a multiple of 0.01, although neither is a fraction of two. */
function isMultiple(value: number, of: number): boolean {
  if (value % of === 0) return true
  const quotient = value / of
  return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * Number.EPSILON * 2
}

const characters: Sized = {
  noun: 'characters',
  sizeOf(value, run) {
    if (typeof value !== 'string') return undefined
    run.spend(value.length >> 5)
    return characterCount(value)
  },
}

const pattern: Keyword = (value, { warn }) => {
  const read = typeof value === 'string' ? readPattern(value) : { why: 'it is not a text' }
  if (read.why !== undefined) {
    warn('pattern', read.why)
    return undefined
  }
  return (part, run, at) =>
    typeof part !== 'string' ||
    read.pattern.test(part, run) ||
    run.fail(
      at,
      () => `expected text that fits ${shortPattern(value as string)}, got ${shown(part)}`,
    )
}

const shortPattern = (source: string) => (source.length > 200 ? `${source.slice(0, 200)}…` : source)

const format: Keyword = (value, { schema, warn }) => {
  // A pattern beside it is more exact: zod writes `time` for times without a zone.
  if ('pattern' in schema) return undefined
  try {
    const test = formatTest(String(value))
    if (test === undefined) return undefined
    return (part, run, at) => {
      if (typeof part !== 'string') return true
      run.spend(1 + (part.length >> 3))
      if (test(part)) return true
      return run.fail(at, () => `expected text of the format ${value}, got ${shown(part)}`)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    warn('format', `${shown(value)} is not known here`)
    return undefined
  }
}

/** The keywords of this file by their names. */
export const scalarKeywords: Readonly<Record<string, Keyword>> = {
  type,
  enum: enumeration,
  const: constant,
  minimum: inclusive('exclusiveMinimum', atLeast, moreThan),
  maximum: inclusive('exclusiveMaximum', atMost, lessThan),
  exclusiveMinimum: exclusive(moreThan),
  exclusiveMaximum: exclusive(lessThan),
  multipleOf,
  minLength: sizeBound('minLength', characters),
  maxLength: sizeBound('maxLength', characters),
  pattern,
  format,
}
