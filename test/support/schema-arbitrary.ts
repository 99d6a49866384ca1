/** Values for a JSON Schema: ones that fit, or mostly so. And schemas as tools have them. */

import fc from 'fast-check'
import { anyCharacter } from './any-character.ts'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly allOf?: readonly Schema[]
  readonly not?: Schema
  readonly if?: Schema
  readonly then?: Schema
  readonly else?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly minItems?: number
  readonly additionalProperties?: Schema | boolean
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly $anchor?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly description?: string
  readonly deprecated?: boolean
  readonly default?: unknown
}

/** How the schemas of a document are read. */
export interface Reading {
  /** By the `$ref` of each. */
  readonly schemaOf: (ref: string) => Schema
  /** Values that stand for a property, whatever its schema says. */
  readonly known: Readonly<Record<string, fc.Arbitrary<unknown>>>
  /** Whether every part fits, as far as one keyword at a time can say. */
  readonly isFitting?: boolean
}

/** Deeper than this only leaves are made. */
const MAX_DEPTH = 4
/** One part in so many does not fit. */
const MISFIT_IN = 16
/** Properties beside those that must be there. */
const MAX_OPTIONAL = 3

/** Values that mostly fit a schema. */
export function valueFor(schema: Schema, reading: Reading, depth = 0): fc.Arbitrary<unknown> {
  if (reading.isFitting === true) return fittingOf(schema, reading, depth)
  return fc.oneof(
    { weight: MISFIT_IN - 1, arbitrary: fittingOf(schema, reading, depth) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  )
}

function fittingOf(schema: Schema, reading: Reading, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fittingOf(reading.schemaOf(schema.$ref), reading, depth)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf ?? branches(schema)
  if (options !== undefined) {
    if (schema.properties === undefined) {
      return fc.oneof(...options.map(option => fittingOf(option, reading, depth)))
    }
    const { anyOf: _, oneOf: __, if: ___, ...base } = schema
    return fc.oneof(...options.map(option => objectOf(merged(base, option), reading, depth)))
  }
  if (schema.allOf !== undefined) {
    return objectOf(schema.allOf.reduce(merged, schema), reading, depth)
  }
  if (schema.properties !== undefined) return objectOf(schema, reading, depth)
  const types = [schema.type ?? []].flat()
  const [type] = types
  if (types.length > 1) {
    return fc.oneof(...types.map(one => fittingOf({ ...schema, type: one }, reading, depth)))
  }
  switch (type) {
    case 'string':
      return fc.string({ unit: anyCharacter, maxLength: 20 })
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number': {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 } = schema
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, 2 ** 40)) })
    }
    case 'array': {
      const { prefixItems, items } = schema
      if (prefixItems !== undefined) {
        return fc.tuple(...prefixItems.map(item => valueFor(item, reading, depth + 1)))
      }
      if (depth >= MAX_DEPTH || items === false) return fc.constant([])
      const item = typeof items === 'object' ? items : {}
      return fc.array(valueFor(item, reading, depth + 1), { maxLength: 3 })
    }
    case 'object': {
      const [pattern] = Object.values(schema.patternProperties ?? {})
      const value = pattern ?? schema.additionalProperties
      if (typeof value === 'object' && depth < MAX_DEPTH) {
        const key = fc.string({ maxLength: 4 }).map(text => `x-${text}`)
        return fc.dictionary(key, valueFor(value, reading, depth + 1), { maxKeys: 2 })
      }
      if (value !== undefined && reading.isFitting === true) return fc.constant({})
      return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), {
        maxKeys: 3,
      })
    }
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

/** The two ways of a condition. */
const branches = ({ if: condition, then, else: otherwise }: Schema) =>
  condition && [merged(condition, then ?? {}), otherwise ?? {}]

/** What fits both of two objects' schemas, where they do not speak of the same. */
function merged(one: Schema, other: Schema): Schema {
  return {
    ...one,
    ...other,
    properties: { ...one.properties, ...other.properties },
    required: [...new Set([...(one.required ?? []), ...(other.required ?? [])])],
  }
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  reading: Reading,
  depth: number,
): fc.Arbitrary<unknown> {
  const optional = Object.keys(properties).filter(name => !required.includes(name))
  // Few at a time: of many one nearly always makes the whole not fit.
  const most = depth >= MAX_DEPTH ? 0 : Math.min(optional.length, MAX_OPTIONAL)
  const some = fc.subarray(optional, { maxLength: most })
  return some.chain(names =>
    fc.record(
      Object.fromEntries(
        [...required, ...names].map(name => {
          const schema = (Object.hasOwn(properties, name) && properties[name]) || {}
          const known = Object.hasOwn(reading.known, name) ? reading.known[name] : undefined
          return [name, known ?? valueFor(schema, reading, depth + 1)]
        }),
      ),
    ),
  )
}

/** Schemas of values as tools take them. */
export const toolSchema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>(tie => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Schema>(
      { type: 'string' },
      { type: 'integer', minimum: 0, maximum: 9 },
      { type: 'boolean' },
      { enum: ['x', 'y'] },
    ),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    recordOf(tie('schema')),
  ),
})).schema

/** Schemas of a tool's input. */
export const inputSchema: fc.Arbitrary<Schema> = recordOf(toolSchema)

function recordOf(schema: fc.Arbitrary<Schema>): fc.Arbitrary<Schema> {
  const names = ['alpha', 'bravo', 'charlie']
  return fc
    .tuple(fc.tuple(schema, schema, schema), fc.subarray(names))
    .map(([schemas, required]) => ({
      type: 'object',
      properties: Object.fromEntries(names.map((name, i) => [name, schemas[i] as Schema])),
      required,
    }))
}
