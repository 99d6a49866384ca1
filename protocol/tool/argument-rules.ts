/**
 * The way from a program's arguments to the input of a tool whose schema is a record of properties.
 */

import { isRecord } from '../base/predicates.ts'
import type { JsonSchema } from '../schema.ts'

/** Decides whether a single object is the input or its first property, and which keys pass. */
export interface ArgumentRules {
  /** Whether the schema admits further keys: `additionalProperties`, or no properties. */
  readonly isOpen: boolean
  /** Whether `additionalProperties: false` refuses every other key. */
  readonly isClosed: boolean
  /** Whether the first property may be an object. */
  readonly takesObject: boolean
  /** Whether the first property must be there and must be an object. */
  readonly needsObject: boolean
  readonly required: readonly string[]
  /** Properties beside the positional ones: of schemas that apply in the same place. */
  readonly others: readonly string[]
  /** The keys of `patternProperties`. */
  readonly patterns: readonly string[]
}

/** A tool's input as a record. */
export interface RecordInput {
  /** The properties in declared order. */
  readonly parameters: readonly string[]
  readonly rules: ArgumentRules
}

/** The depth of references that are followed. */
const MAX_DEPTH = 8
/** Schemas in the same place that are visited. */
const MAX_SCHEMAS = 500
/** Names that are collected from them. */
const MAX_OTHERS = 500

/** Reads a schema as a record; `undefined` when its values are not objects alone. */
export function readRecordInput(root: JsonSchema): RecordInput | undefined {
  const schema = targetOf(root, root)
  if (!isRecord(schema)) return undefined
  const { properties, type } = schema
  const isDeclared = isRecord(properties)
  if (!isDeclared && type !== 'object') return undefined
  const parameters = isDeclared ? Object.keys(properties) : []
  return { parameters, rules: rulesOf(root, schema, parameters) }
}

/** The rules for a record of these properties. */
function rulesOf(
  root: JsonSchema,
  schema: Record<string, unknown>,
  parameters: readonly string[],
): ArgumentRules {
  const { properties, additionalProperties, patternProperties, required } = schema
  const names = Array.isArray(required) ? required.filter(name => typeof name === 'string') : []
  const [first] = parameters
  const firstSchema = first === undefined ? false : (properties as JsonSchema)[first]
  const others = new Set<string>()
  collectNames(schema, root, others, new Set())
  for (const name of parameters) others.delete(name)
  const saysMore = additionalProperties !== undefined && additionalProperties !== false
  const isClosed = additionalProperties === false || schema.unevaluatedProperties === false
  return {
    isOpen: saysMore || (parameters.length === 0 && others.size === 0 && !isClosed),
    isClosed,
    takesObject: canBeObject(firstSchema, root, new Set()),
    needsObject: names.includes(first as string) && mustBeObject(firstSchema, root),
    required: names,
    others: [...others],
    patterns: isRecord(patternProperties) ? Object.keys(patternProperties) : [],
  }
}

/**
 * The schema itself, or the target of its reference. Local pointers only, as the validator follows
 * them.
 */
function targetOf(schema: unknown, root: JsonSchema): unknown {
  let target = schema
  for (let depth = 0; depth < MAX_DEPTH && isRecord(target); depth++) {
    const { $ref } = target
    if (typeof $ref !== 'string' || isRecord(target.properties)) return target
    target = pointed(root, $ref)
  }
  return target
}

function pointed(root: JsonSchema, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let at: unknown = root
  for (const step of reference.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isRecord(at) || !Object.hasOwn(at, key)) return undefined
    at = at[key]
  }
  return at
}

/** Names of properties in the schema, also in schemas that apply in the same place. */
function collectNames(
  schema: unknown,
  root: JsonSchema,
  names: Set<string>,
  seen: Set<unknown>,
): void {
  if (!isRecord(schema) || seen.has(schema)) return
  if (seen.size >= MAX_SCHEMAS || names.size > MAX_OTHERS) return
  seen.add(schema)
  const { properties, required, allOf, anyOf, oneOf, dependentSchemas, $ref } = schema
  if (isRecord(properties)) for (const name of Object.keys(properties)) names.add(name)
  if (Array.isArray(required)) {
    for (const name of required) if (typeof name === 'string') names.add(name)
  }
  if (typeof $ref === 'string') collectNames(pointed(root, $ref), root, names, seen)
  const dependents = isRecord(dependentSchemas) ? Object.values(dependentSchemas) : []
  const applied = [allOf, anyOf, oneOf, dependents, schema.if, schema.then, schema.else]
  for (const one of applied.flat()) collectNames(one, root, names, seen)
}

/**
 * Whether an object may fit; in doubt it may. A schema that was visited before is not visited
 * again.
 */
function canBeObject(schema: unknown, root: JsonSchema, seen: Set<unknown>): boolean {
  if (schema === false) return false
  const target = targetOf(schema, root)
  if (!isRecord(target) || seen.has(target) || seen.size >= MAX_SCHEMAS) return true
  seen.add(target)
  const { type, enum: values, anyOf, oneOf, allOf } = target
  if ('const' in target && !isRecord(target.const)) return false
  if (Array.isArray(values) && !values.some(isRecord)) return false
  const types = [type ?? []].flat()
  if (types.length > 0 && types.every(isOtherType)) return false
  const may = (branch: unknown) => canBeObject(branch, root, seen)
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches) && branches.length > 0 && !branches.some(may)) return false
  }
  return !Array.isArray(allOf) || allOf.every(may)
}

const otherTypes = new Set(['string', 'number', 'integer', 'boolean', 'null', 'array'])
const isOtherType = (name: unknown) => typeof name === 'string' && otherTypes.has(name)

function mustBeObject(schema: unknown, root: JsonSchema): boolean {
  const target = targetOf(schema, root)
  return isRecord(target) && (target.type === 'object' || isRecord(target.properties))
}
