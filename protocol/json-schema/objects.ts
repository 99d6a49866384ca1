/** Keywords about objects. A property with the value `undefined` counts as absent. */

import { isRecord } from '../base/predicates.ts'
import { presentKeys } from './equality.ts'
import { expectation } from './expectation.ts'
import type { Keyword, KeywordContext } from './keyword.ts'
import { isObject } from './kinds.ts'
import { type Pattern, readPattern } from './pattern.ts'
import type { Check } from './run.ts'
import { type Sized, sizeBound } from './size-bound.ts'

const properties: Keyword = (value, { compile, warn }) => {
  if (!isRecord(value)) {
    warn('properties', 'it is not an object')
    return undefined
  }
  const checks = new Map(Object.entries(value).map(([key, one]) => [key, compile(one, key)]))
  return (part, run, at) => {
    if (!isObject(part)) return true
    let fits = true
    for (const [key, check] of checks) {
      run.spend(1)
      if (!Object.hasOwn(part, key) || part[key] === undefined) continue
      if (run.enter(check, part[key], run.step(at, key))) continue
      fits = false
      if (run.problems === undefined) break
    }
    return fits
  }
}

const required: Keyword = (value, { schema, resolve, warn }) => {
  // In draft 3 a property stated it for itself.
  if (typeof value === 'boolean') return undefined
  if (!Array.isArray(value)) {
    warn('required', 'it is not a list')
    return undefined
  }
  const names = value.filter(name => typeof name === 'string')
  return (part, run, at) => {
    if (!isObject(part)) return true
    run.spend(names.length)
    const missing = names.filter(name => !Object.hasOwn(part, name) || part[name] === undefined)
    for (const name of missing) {
      const one = isRecord(schema.properties) ? schema.properties[name] : undefined
      run.fail(run.step(at, name), () => `missing, expected ${expectation(one, resolve)}`)
    }
    return missing.length === 0
  }
}

/** Each pattern of `patternProperties`, with its schema; untestable ones are left out. */
function readPatterns({ schema, warn }: KeywordContext): { pattern: Pattern; schema: unknown }[] {
  const { patternProperties } = schema
  if (!isRecord(patternProperties)) return []
  return Object.entries(patternProperties).flatMap(([source, one]) => {
    const read = readPattern(source)
    if (read.why === undefined) return [{ pattern: read.pattern, schema: one }]
    warn('patternProperties', read.why)
    return []
  })
}

const patternProperties: Keyword = (value, context) => {
  if (!isRecord(value)) {
    context.warn('patternProperties', 'it is not an object')
    return undefined
  }
  const entries = readPatterns(context).map(({ pattern, schema }) => ({
    pattern,
    check: context.compile(schema, '*'),
  }))
  return (part, run, at) => {
    if (!isObject(part)) return true
    let fits = true
    const keys = presentKeys(part)
    run.spend(KEY_STEPS * keys.length)
    for (const key of keys) {
      for (const { pattern, check } of entries) {
        if (!pattern.test(key, run) || run.enter(check, part[key], run.step(at, key))) continue
        fits = false
        if (run.problems === undefined) return false
      }
    }
    return fits
  }
}

/** The cost of looking up a key, in steps: objects with many keys are hash tables. */
const KEY_STEPS = 8

/** Finds the keys that neither `properties` nor `patternProperties` covers. */
export function additionalKeys(
  context: KeywordContext,
): (part: Record<string, unknown>, run: Parameters<Check>[1]) => string[] {
  const { schema } = context
  const declared = new Set(isRecord(schema.properties) ? Object.keys(schema.properties) : [])
  const { patternProperties: inSchema } = schema
  const patterns = readPatterns({ ...context, warn: () => {} }).map(({ pattern }) => pattern)
  // A pattern that cannot be tested may admit any key.
  const isBlind = isRecord(inSchema) && patterns.length < Object.keys(inSchema).length
  return (part, run) => {
    if (isBlind) return []
    const keys = presentKeys(part)
    run.spend(KEY_STEPS * keys.length)
    return keys.filter(
      key => !declared.has(key) && !patterns.some(pattern => pattern.test(key, run)),
    )
  }
}

const additionalProperties: Keyword = (value, context) => {
  if (value === true) return undefined
  const { properties: declared } = context.schema
  const rest = additionalKeys(context)
  const names = isRecord(declared) ? Object.keys(declared) : []
  const check = value === false ? undefined : context.compile(value, '*')
  return (part, run, at) => {
    if (!isObject(part)) return true
    let fits = true
    for (const key of rest(part, run)) {
      const step = run.step(at, key)
      if (
        check !== undefined
          ? run.enter(check, part[key], step)
          : run.fail(step, () => unknown(names))
      )
        continue
      fits = false
      if (run.problems === undefined) break
    }
    return fits
  }
}

/** The message about properties that must not be there. */
export function unknown(names: readonly string[]): string {
  return names.length === 0
    ? 'unknown property; none is expected'
    : `unknown property; expected ${names.slice(0, 30).join(', ')}${names.length > 30 ? ' and others' : ''}`
}

const propertyNames: Keyword = (value, { compile }) => {
  const check = compile(value)
  return (part, run, at) => {
    if (!isObject(part)) return true
    const wrong = presentKeys(part).filter(key => !run.test(check, key))
    for (const key of wrong)
      run.fail(run.step(at, key), () => 'a property of this name is not allowed')
    return wrong.length === 0
  }
}

const ownProperties: Sized = {
  noun: 'properties',
  sizeOf(value, run) {
    if (!isObject(value)) return undefined
    const { length } = presentKeys(value)
    run.spend(length)
    return length
  },
}

/** The conditions of a present property: further properties, or a schema. */
const dependencies: Keyword = (value, { compile, warn }) => {
  if (!isRecord(value)) {
    warn('dependencies', 'it is not an object')
    return undefined
  }
  const rules = Object.entries(value).map(([key, rule]) => ({
    key,
    names: Array.isArray(rule) ? rule.filter(name => typeof name === 'string') : undefined,
    check: Array.isArray(rule) ? undefined : compile(rule),
  }))
  return (part, run, at) => {
    if (!isObject(part)) return true
    let fits = true
    for (const { key, names, check } of rules) {
      run.spend(1)
      if (!Object.hasOwn(part, key) || part[key] === undefined) continue
      if (check !== undefined && !run.enter(check, part, at)) fits = false
      for (const name of names ?? []) {
        if (Object.hasOwn(part, name) && part[name] !== undefined) continue
        run.fail(run.step(at, name), () => `missing, expected beside ${key}`)
        fits = false
      }
      if (!fits && run.problems === undefined) return false
    }
    return fits
  }
}

/** The keywords of this file by their names. */
export const objectKeywords: Readonly<Record<string, Keyword>> = {
  required,
  properties,
  patternProperties,
  additionalProperties,
  propertyNames,
  minProperties: sizeBound('minProperties', ownProperties),
  maxProperties: sizeBound('maxProperties', ownProperties),
  dependencies,
  dependentRequired: dependencies,
  dependentSchemas: dependencies,
}
