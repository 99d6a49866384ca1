/** Keywords that combine schemas: all, any, one, none of them, one or another. */

import { isRecord } from '../base/predicates.ts'
import { alternatives, expectedTypes } from './expectation.ts'
import type { Keyword, KeywordContext } from './keyword.ts'
import { kindOf } from './kinds.ts'
import type { Check, Path, Run } from './run.ts'

function branchesOf(
  keyword: string,
  value: unknown,
  { compile, warn }: KeywordContext,
): Check[] | undefined {
  if (Array.isArray(value) && value.length > 0) return value.map(one => compile(one))
  warn(keyword, 'it is not a list of schemas')
  return undefined
}

const allOf: Keyword = (value, context) => {
  const checks = branchesOf('allOf', value, context)
  return checks && ((part, run, at) => all(checks, part, run, at))
}

/** Whether all checks pass. While problems are collected, all checks run. */
export function all(
  checks: readonly Check[],
  part: unknown,
  run: Run,
  at: Path | undefined,
): boolean {
  let fits = true
  for (const check of checks) {
    run.spend(1)
    if (run.enter(check, part, at)) continue
    fits = false
    if (run.problems === undefined || run.isFull) break
  }
  return fits
}

const anyOf: Keyword = (value, context) => {
  const checks = branchesOf('anyOf', value, context)
  if (checks === undefined) return undefined
  const explain = explanation(value as unknown[], checks, context)
  return (part, run, at) => {
    run.spend(1)
    if (checks.some(check => run.test(check, part))) return true
    return explain(part, run, at)
  }
}

const oneOf: Keyword = (value, context) => {
  const checks = branchesOf('oneOf', value, context)
  if (checks === undefined) return undefined
  const explain = explanation(value as unknown[], checks, context)
  return (part, run, at) => {
    run.spend(1)
    let found = 0
    for (const check of checks) if (run.test(check, part) && ++found > 1) break
    if (found === 1) return true
    if (found === 0) return explain(part, run, at)
    return run.fail(at, () => 'fits several of the forms, of which exactly one is allowed')
  }
}

/**
 * Explains why a value fits none of several schemas: the problems by the schema that it was
 * probably meant for, else the possible types.
 */
function explanation(
  schemas: readonly unknown[],
  checks: readonly Check[],
  { resolve }: KeywordContext,
): (part: unknown, run: Run, at: Path | undefined) => false {
  let types: readonly (string[] | undefined)[] | undefined
  return (part, run, at) => {
    if (run.problems === undefined) return false
    types ??= schemas.map(schema => expectedTypes(schema, resolve))
    return explain(part, run, at, { schemas, checks, types, resolve })
  }
}

interface Branches {
  readonly schemas: readonly unknown[]
  readonly checks: readonly Check[]
  readonly types: readonly (string[] | undefined)[]
  readonly resolve: (reference: string) => unknown
}

function explain(
  part: unknown,
  run: Run,
  at: Path | undefined,
  { schemas, checks, types, resolve }: Branches,
): false {
  run.spend(schemas.length)
  const kind = kindOf(part)
  const near = checks.filter((_, i) => {
    const ofBranch = types[i]
    const isWhole = kind === 'number' && ofBranch?.includes('integer') === true
    return ofBranch === undefined || ofBranch.includes(kind) || isWhole
  })
  if (near.length === 1) {
    near[0]?.(part, run, at)
    return false
  }
  if (near.length === 0) {
    const names = [...new Set(types.flatMap(ofBranch => ofBranch ?? []))]
    return run.fail(at, () => `expected ${alternatives(names)}, got ${kind}`)
  }
  for (const isMeant of [hasTagOf, hasRequiredOf]) {
    const meant = checks.filter((_, i) => isMeant(targetOf(schemas[i], resolve), part))
    if (meant.length !== 1) continue
    meant[0]?.(part, run, at)
    return false
  }
  return run.fail(at, () => `fits none of the ${schemas.length} forms that are allowed`)
}

const targetOf = (schema: unknown, resolve: (reference: string) => unknown) =>
  isRecord(schema) && typeof schema.$ref === 'string' ? resolve(schema.$ref) : schema

/** Whether a schema requires properties and an object has them all. */
function hasRequiredOf(schema: unknown, part: unknown): boolean {
  if (!isRecord(schema) || !Array.isArray(schema.required) || !isRecord(part)) return false
  return schema.required.length > 0 && schema.required.every(name => part[name] !== undefined)
}

/** Whether an object has the constants that distinguish a schema from the others. */
function hasTagOf(schema: unknown, part: unknown): boolean {
  if (!isRecord(schema) || !isRecord(schema.properties) || !isRecord(part)) return false
  const tags = Object.entries(schema.properties).filter(
    ([, property]) => isRecord(property) && ('const' in property || Array.isArray(property.enum)),
  )
  return (
    tags.length > 0 &&
    tags.every(([key, property]) => {
      const { const: constant, enum: values } = property as { const?: unknown; enum?: unknown[] }
      return values === undefined ? part[key] === constant : values.includes(part[key])
    })
  )
}

const not: Keyword = (value, { compile }) => {
  const check = compile(value)
  return (part, run, at) => {
    run.spend(1)
    return !run.test(check, part) || run.fail(at, () => 'a value of this kind is not allowed')
  }
}

const condition: Keyword = (value, { compile, schema }) => {
  if (!('then' in schema) && !('else' in schema)) return undefined
  const check = compile(value)
  const yes = 'then' in schema ? compile(schema.then) : undefined
  const no = 'else' in schema ? compile(schema.else) : undefined
  return (part, run, at) => {
    run.spend(1)
    const branch = run.test(check, part) ? yes : no
    return branch === undefined || run.enter(branch, part, at)
  }
}

const reference: Keyword = (value, { refer, warn }) => {
  const check = typeof value === 'string' ? refer(value) : undefined
  if (check === undefined) warn('$ref', 'it leads nowhere in this schema')
  return check
}

/** The keywords of this file by their names. */
export const combiningKeywords: Readonly<Record<string, Keyword>> = {
  $ref: reference,
  $dynamicRef: reference,
  $recursiveRef: reference,
  allOf,
  anyOf,
  oneOf,
  not,
  if: condition,
}
