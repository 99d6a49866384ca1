/** Schemas of every kind in one form: a JSON Schema to show, and a validator. */

import { errorText } from '../base/error-text.ts'
import { isRecord } from '../base/predicates.ts'
import { LatchdError } from '../errors.ts'
import type { Validation, Validator } from '../json-schema/validation.ts'
import type { JsonSchema, StandardSchema } from '../schema.ts'
import { exactTypes, Unrepresentable } from './exact-types.ts'
import { issuesOf, problemsOf } from './standard-issues.ts'

export { isRecord } from '../base/predicates.ts'

/** A schema that was read. */
export interface ReadSchema {
  readonly json: JsonSchema
  readonly validate: Validator
  /** Whether it takes values that its JSON Schema refuses, and makes others of them. */
  readonly isConverting?: true
  /** The parts that are not enforced, each with its property; absent: all are enforced. */
  readonly warnings?: readonly string[]
}

const DIALECT = 'draft-2020-12'

/** Loaded at the first use: the thin client starts sooner without it. */
let library: typeof import('../json-schema/validator.ts') | undefined

/** Loads the validators of JSON Schemas, which know the parts that they do not enforce. */
export async function loadJsonSchemas(): Promise<void> {
  library ??= await import('../json-schema/validator.ts')
}

/**
 * Reads a tool's schema: zod or another Standard Schema, an AI SDK `jsonSchema()`, or JSON Schema.
 *
 * @param direction the side of a transforming schema that the guest sees
 * @throws {LatchdError} `TOOL_INVALID` for another value, or a schema without a JSON Schema
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
  let isConverting = false as boolean
  const describe = standard.jsonSchema[direction]
  const json = describeSchema(standard, describe, direction, tool, () => {
    isConverting = true
  })
  return {
    json,
    ...(isConverting && { isConverting: true as const }),
    validate(value) {
      const checked = standard.validate(value)
      if (!(checked instanceof Promise)) return fromStandard(checked, value)
      return checked.then(outcome => fromStandard(outcome, value))
    },
  }
}

function describeSchema(
  { vendor }: StandardSchema['~standard'],
  describe: (options: { target: string; libraryOptions?: object }) => Record<string, unknown>,
  direction: 'input' | 'output',
  tool: string,
  onConverting: () => void,
): JsonSchema {
  const ours = vendor === 'zod' ? { libraryOptions: exactTypes(direction, onConverting) } : {}
  try {
    return describe({ target: DIALECT, ...ours })
  } catch (error) {
    const why = errorText(error)
    throw invalid(
      tool,
      direction,
      error instanceof Unrepresentable ? why : `${vendor} says: ${why}`,
    )
  }
}

type StandardOutcome = Awaited<ReturnType<StandardSchema['~standard']['validate']>>

function fromStandard(checked: StandardOutcome, value: unknown): Validation {
  if (checked.issues === undefined) return { ok: true, value: checked.value }
  return { ok: false, problems: checked.issues.flatMap(issue => problemsOf(issue, value)) }
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
      if (checked.success) return { ok: true, value: checked.value }
      const issues = issuesOf(checked.error) ?? [{ message: checked.error.message }]
      return { ok: false, problems: issues.flatMap(issue => problemsOf(issue, value)) }
    },
  }
}

const deferred = new WeakSet<JsonSchema>()

/**
 * Marks a JSON Schema that is compiled by the first value that is held against it, for tools of
 * which there are thousands and few are called. Its parts that are not enforced stay unsaid.
 *
 * @returns the schema
 */
export function deferSchema(json: JsonSchema): JsonSchema {
  deferred.add(json)
  return json
}

function readJson(json: JsonSchema): ReadSchema {
  if (library !== undefined && !deferred.has(json))
    return { json, ...library.schemaValidator(json) }
  let validator: Validator | undefined
  const validate: Validator = value => {
    if (validator !== undefined) return validator(value)
    return loadJsonSchemas().then(() => {
      validator ??= (library as NonNullable<typeof library>).schemaValidator(json).validate
      return validator(value)
    })
  }
  return { json, validate }
}
