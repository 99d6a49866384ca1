/** Keywords about lists. */

import { canonicalText } from './equality.ts'
import { type Keyword, type KeywordContext, readSize } from './keyword.ts'
import type { Check } from './run.ts'
import { type Sized, sizeBound } from './size-bound.ts'

/** The schemas of the first elements, if the schema has such: `prefixItems`, or a list in `items`. */
export function tupleOf({ prefixItems, items }: KeywordContext['schema']): unknown[] | undefined {
  if (Array.isArray(prefixItems)) return prefixItems
  return Array.isArray(items) ? items : undefined
}

function each(check: Check, from: number): Check {
  return (value, run, at) => {
    if (!Array.isArray(value)) return true
    run.spend(value.length)
    let fits = true
    for (let i = from; i < value.length; i++) {
      if (run.enter(check, value[i], run.step(at, i))) continue
      fits = false
      if (run.problems === undefined || run.isFull) break
    }
    return fits
  }
}

const prefixItems: Keyword = (value, { compile, warn }) => {
  if (!Array.isArray(value)) {
    warn('prefixItems', 'it is not a list')
    return undefined
  }
  const checks = value.map((one, i) => compile(one, `[${i}]`))
  return (part, run, at) => {
    if (!Array.isArray(part)) return true
    let fits = true
    for (let i = 0; i < checks.length && i < part.length; i++) {
      if (run.enter(checks[i] as Check, part[i], run.step(at, i))) continue
      fits = false
      if (run.problems === undefined) break
    }
    return fits
  }
}

const items: Keyword = (value, context) => {
  if (Array.isArray(value)) return prefixItems(value, context)
  return each(context.compile(value, '[]'), tupleOf(context.schema)?.length ?? 0)
}

/** In drafts before 2020: the schema of the elements after the array in `items`. */
const additionalItems: Keyword = (value, context) => {
  if (!Array.isArray(context.schema.items)) return undefined
  return each(context.compile(value, '[]'), context.schema.items.length)
}

const elements: Sized = {
  noun: 'elements',
  sizeOf: value => (Array.isArray(value) ? value.length : undefined),
}

/** The cost of an entry of a map, in steps. */
const UNIQUE_STEPS = 4

const uniqueItems: Keyword = value => {
  if (value !== true) return undefined
  return (part, run, at) => {
    if (!Array.isArray(part)) return true
    // Primitives as they are, objects and arrays by a string that equal ones share.
    const scalars = new Map<unknown, number>()
    const others = new Map<unknown, number>()
    for (let i = 0; i < part.length; i++) {
      const isScalar = typeof part[i] !== 'object' || part[i] === null
      const first = isScalar ? scalars : others
      run.spend(UNIQUE_STEPS)
      const key = isScalar ? part[i] : canonicalText(part[i], run)
      const same = first.get(key)
      if (same !== undefined) {
        return run.fail(at, () => `expected different elements, but ${same} and ${i} are equal`)
      }
      first.set(key, i)
    }
    return true
  }
}

const contains: Keyword = (value, context) => {
  const { schema } = context
  const check = context.compile(value, '[]')
  const least =
    'minContains' in schema ? (readSize('minContains', schema.minContains, context) ?? 1) : 1
  const most =
    'maxContains' in schema
      ? (readSize('maxContains', schema.maxContains, context) ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY
  return (part, run, at) => {
    if (!Array.isArray(part)) return true
    run.spend(part.length)
    let found = 0
    for (const item of part) if (run.test(check, item)) found++
    if (found >= least && found <= most) return true
    const wanted = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
    return run.fail(at, () => `expected ${wanted} elements of a certain kind, got ${found}`)
  }
}

/** The keywords of this file by their names. */
export const listKeywords: Readonly<Record<string, Keyword>> = {
  prefixItems,
  items,
  additionalItems,
  minItems: sizeBound('minItems', elements),
  maxItems: sizeBound('maxItems', elements),
  uniqueItems,
  contains,
}
