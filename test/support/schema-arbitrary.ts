/** Values for a JSON Schema: mostly ones that fit, now and then any. And schemas as tools have them. */

import fc from 'fast-check'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
}

/** How the schemas of a document are read. */
export interface Reading {
  /** By the `$ref` of each. */
  readonly schemaOf: (ref: string) => Schema
  /** Values that stand for a property, whatever its schema says. */
  readonly known: Readonly<Record<string, fc.Arbitrary<unknown>>>
}

/** Deeper than this only leaves are made. */
const MAX_DEPTH = 4
/** One part in so many does not fit. */
const MISFIT_IN = 16
/** Properties beside those that must be there. */
const MAX_OPTIONAL = 3

/** Values that mostly fit a schema. */
export function valueFor(schema: Schema, reading: Reading, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: MISFIT_IN - 1, arbitrary: fittingOf(schema, reading, depth) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  )
}

function fittingOf(schema: Schema, reading: Reading, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fittingOf(reading.schemaOf(schema.$ref), reading, depth)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) {
    return fc.oneof(...options.map(option => fittingOf(option, reading, depth)))
  }
  if (schema.properties !== undefined) return objectOf(schema, reading, depth)
  const [type] = [schema.type ?? []].flat()
  switch (type) {
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 20 })
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number': {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 } = schema
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, 2 ** 40)) })
    }
    case 'array': {
      if (depth >= MAX_DEPTH) return fc.constant([])
      return fc.array(valueFor(schema.items ?? {}, reading, depth + 1), { maxLength: 3 })
    }
    case 'object':
      return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), {
        maxKeys: 3,
      })
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
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
          const schema = properties[name] ?? {}
          return [name, reading.known[name] ?? valueFor(schema, reading, depth + 1)]
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
