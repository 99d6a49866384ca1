/** Schemas of every kind as one: a JSON Schema to tell, and a validator to hold values against. */

import type { Validator as JsonSchemaValidator } from '@cfworker/json-schema'
import { LatchdError } from '../errors.ts'
import type { JsonSchema, StandardIssue, StandardSchema } from '../schema.ts'
import type { Problem, Validation, Validator } from './tool.ts'

/** A schema that was read. */
export interface ReadSchema {
  readonly json: JsonSchema
  readonly validate: Validator
}

const DIALECT = 'draft-2020-12'

/** Loaded when it is needed first: the thin client is there sooner without it. */
let library: typeof import('@cfworker/json-schema') | undefined

/** Loads what JSON Schemas are held against values with, so that bad ones are refused when read. */
export async function loadJsonSchemas(): Promise<void> {
  library ??= await import('@cfworker/json-schema')
}

/**
 * Reads a tool's schema: zod or another Standard Schema, an AI SDK `jsonSchema()`, or JSON Schema.
 *
 * @param direction which side of a transforming schema is told to the guest
 * @throws {LatchdError} `TOOL_INVALID` when it is none of these, or cannot say its JSON Schema
 */
export function readSchema(
  schema: unknown,
  direction: 'input' | 'output',
  tool: string,
): ReadSchema {
  if (isStandard(schema)) return readStandard(schema, direction, tool)
  if (isWrapped(schema)) return readWrapped(schema)
  if (isRecord(schema)) return readJson(schema)
  throw invalid(tool, direction, 'it is neither a Standard Schema nor a JSON Schema object')
}

function invalid(tool: string, direction: string, why: string): LatchdError {
  return new LatchdError(
    'TOOL_INVALID',
    `Cannot use the ${direction} schema of tool "${tool}": ${why}`,
  )
}

function isStandard(schema: unknown): schema is StandardSchema {
  // A schema may be a function (ArkType) as well as an object.
  const isOpen = (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
  return isOpen && '~standard' in schema
}

function readStandard(
  schema: StandardSchema,
  direction: 'input' | 'output',
  tool: string,
): ReadSchema {
  const standard = schema['~standard']
  if (standard.jsonSchema === undefined) {
    throw invalid(
      tool,
      direction,
      `${standard.vendor} does not offer its JSON Schema (Standard JSON Schema)`,
    )
  }
  const json = standard.jsonSchema[direction]({ target: DIALECT })
  return {
    json,
    validate(value) {
      const checked = standard.validate(value)
      return checked instanceof Promise ? checked.then(fromStandard) : fromStandard(checked)
    },
  }
}

type StandardOutcome = Awaited<ReturnType<StandardSchema['~standard']['validate']>>

function fromStandard(checked: StandardOutcome): Validation {
  if (checked.issues === undefined) return { ok: true, value: checked.value }
  return { ok: false, problems: checked.issues.map(fromIssue) }
}

function fromIssue({ message, path = [] }: StandardIssue): Problem {
  const keys = path.map(part => (typeof part === 'object' ? part.key : part))
  return { path: pathText(keys), message }
}

/** The AI SDK's `jsonSchema()`: a JSON Schema with an optional validator of its own. */
interface WrappedSchema {
  readonly jsonSchema: JsonSchema
  readonly validate?: (
    value: unknown,
  ) =>
    | { success: true; value: unknown }
    | { success: false; error: Error }
    | PromiseLike<{ success: true; value: unknown } | { success: false; error: Error }>
}

function isWrapped(schema: unknown): schema is WrappedSchema {
  return isRecord(schema) && isRecord(schema.jsonSchema)
}

function readWrapped(schema: WrappedSchema): ReadSchema {
  const { validate, jsonSchema } = schema
  if (validate === undefined) return readJson(jsonSchema)
  return {
    json: jsonSchema,
    async validate(value) {
      const checked = await validate(value)
      return checked.success
        ? { ok: true, value: checked.value }
        : { ok: false, problems: [{ path: '', message: checked.error.message }] }
    },
  }
}

/** Keywords that only say that something inside is wrong, which is told by itself. */
const wrappers = new Set([
  'properties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  'additionalProperties',
])

/** The validator compares each element with each other: longer lists would hold up the daemon. */
const MAX_UNIQUE_ITEMS = 2000

function readJson(json: JsonSchema): ReadSchema {
  const make = ({ Validator }: NonNullable<typeof library>) =>
    new Validator(json as object, '2020-12', false)
  let validator = library && make(library)
  const isQuadratic = JSON.stringify(json).includes('"uniqueItems":true')
  const validate: Validator = value => {
    if (isQuadratic && hasListBeyond(value, MAX_UNIQUE_ITEMS)) {
      const message = `a list has more than ${MAX_UNIQUE_ITEMS} elements, which is too long to hold against uniqueItems`
      return { ok: false, problems: [{ path: '', message }] }
    }
    validator ??= library && make(library)
    if (validator !== undefined) return holdAgainst(validator, value)
    return loadJsonSchemas().then(() => validate(value))
  }
  return { json, validate }
}

function holdAgainst(validator: JsonSchemaValidator, value: unknown): Validation {
  const { valid, errors } = validator.validate(value)
  if (valid) return { ok: true, value }
  const told = errors.filter(({ keyword }) => !wrappers.has(keyword))
  const problems = (told.length > 0 ? told : errors).map(({ instanceLocation, error }) => ({
    path: pathText(pointerKeys(instanceLocation)),
    message: error,
  }))
  return { ok: false, problems }
}

/** Looks at each object once: what a guest sends may refer to itself, or to one part many times. */
function hasListBeyond(value: unknown, length: number): boolean {
  const seen = new Set<unknown>([value])
  for (const part of seen) {
    if (typeof part !== 'object' || part === null) continue
    if (Array.isArray(part) && part.length > length) return true
    for (const inner of Object.values(part)) seen.add(inner)
  }
  return false
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number' || /^\d+$/.test(String(key))) return `${path}[${String(key)}]`
    return path === '' ? String(key) : `${path}.${String(key)}`
  }, '')
}

/** Whether a value is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
