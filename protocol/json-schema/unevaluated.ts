/**
 * `unevaluatedProperties` and `unevaluatedItems`: about the parts that no keyword beside them
 * covers, also in schemas that apply in the same place. Those are evaluated again, which needs no
 * record of the first time.
 */

import { isRecord } from '../base/predicates.ts'
import { presentKeys } from './equality.ts'
import type { Keyword, KeywordContext } from './keyword.ts'
import { isObject } from './kinds.ts'
import { tupleOf } from './lists.ts'
import { additionalKeys, unknown } from './objects.ts'
import type { Run } from './run.ts'

/** The parts of a value that a schema covers: it removes them from the list. */
type Rest = (
  left: readonly (string | number)[],
  value: unknown,
  run: Run,
) => readonly (string | number)[]

/** A schema with more schemas in the same place counts as covering everything. */
const MAX_APPLIED = 500

/** The rest of the value that other keywords of the schema do not cover. */
function restOf(
  schema: unknown,
  context: KeywordContext,
  isList: boolean,
  budget = { left: MAX_APPLIED },
): Rest {
  if (!isRecord(schema)) return left => left
  if (--budget.left < 0) return () => []
  const own = isList ? ownItems(schema, context) : ownKeys(schema, context)
  const inPlace = appliedInPlace(schema, context).map(({ schema: one, check }) => ({
    rest: restOf(one, context, isList, budget),
    check,
  }))
  return (left, value, run) => {
    run.spend(1 + left.length)
    let rest = own(left, value, run)
    for (const { rest: narrow, check } of inPlace) {
      if (rest.length === 0) break
      if (check === undefined || check(value, run)) rest = narrow(rest, value, run)
    }
    return rest
  }
}

function ownKeys(schema: Record<string, unknown>, context: KeywordContext): Rest {
  if ('additionalProperties' in schema) return () => []
  if ('unevaluatedProperties' in schema && schema !== context.schema) return () => []
  const rest = additionalKeys({ ...context, schema })
  return (left, value, run) => {
    const others = new Set<string | number>(rest(value as Record<string, unknown>, run))
    return left.filter(key => others.has(key))
  }
}

function ownItems(schema: Record<string, unknown>, { compile }: KeywordContext): Rest {
  const takesAll =
    ('items' in schema && !Array.isArray(schema.items)) || 'additionalItems' in schema
  if (takesAll) return () => []
  const taken = tupleOf(schema)?.length ?? 0
  const contained = 'contains' in schema ? compile(schema.contains) : undefined
  return (left, value, run) =>
    left.filter(i => {
      const item = (value as unknown[])[i as number]
      return (i as number) >= taken && !(contained !== undefined && run.test(contained, item))
    })
}

interface Applied {
  readonly schema: unknown
  /** Whether it applies to a value; absent: always. */
  readonly check?: (value: unknown, run: Run) => boolean
}

function appliedInPlace(
  schema: Record<string, unknown>,
  { compile, resolve }: KeywordContext,
): Applied[] {
  const tested = (one: unknown): Applied => {
    const check = compile(one)
    return { schema: one, check: (value, run) => run.test(check, value) }
  }
  const applied: Applied[] = []
  const { $ref, allOf, anyOf, oneOf, dependentSchemas } = schema
  if (typeof $ref === 'string') applied.push({ schema: resolve($ref) })
  if (Array.isArray(allOf)) applied.push(...allOf.map(one => ({ schema: one })))
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches)) applied.push(...branches.map(tested))
  }
  if ('if' in schema) {
    const condition = tested(schema.if)
    const { check } = condition as Required<Applied>
    applied.push(condition, { schema: schema.then, check })
    applied.push({ schema: schema.else, check: (value, run) => !check(value, run) })
  }
  if (isRecord(dependentSchemas)) {
    for (const [key, one] of Object.entries(dependentSchemas)) {
      const isThere = (value: unknown) => isObject(value) && value[key] !== undefined
      applied.push({ schema: one, check: isThere })
    }
  }
  return applied
}

const unevaluatedProperties: Keyword = (value, context) => {
  if (value === true) return undefined
  const rest = restOf(context.schema, context, false)
  const check = context.compile(value, '*')
  const names = isRecord(context.schema.properties) ? Object.keys(context.schema.properties) : []
  return (part, run, at) => {
    if (!isObject(part)) return true
    let fits = true
    for (const key of rest(presentKeys(part), part, run)) {
      const step = run.step(at, key)
      const isIn =
        value === false ? run.fail(step, () => unknown(names)) : run.enter(check, part[key], step)
      if (!isIn) fits = false
    }
    return fits
  }
}

const unevaluatedItems: Keyword = (value, context) => {
  if (value === true) return undefined
  const rest = restOf(context.schema, context, true)
  const check = context.compile(value, '[]')
  return (part, run, at) => {
    if (!Array.isArray(part)) return true
    run.spend(part.length)
    let fits = true
    for (const i of rest([...part.keys()], part, run)) {
      if (!run.enter(check, part[i as number], run.step(at, i))) fits = false
    }
    return fits
  }
}

/** The keywords of this file by their names. */
export const unevaluatedKeywords: Readonly<Record<string, Keyword>> = {
  unevaluatedProperties,
  unevaluatedItems,
}
