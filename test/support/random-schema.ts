/** Random JSON Schemas of tools' inputs, with every keyword that a type can tell something of. */

import fc from 'fast-check'
import type { Schema } from './schema-arbitrary.ts'

/** Schemas are nested so deep, references aside. */
const MAX_DEPTH = 3

const keys = ['a', 'b', 'c', 'first-name', '2nd', 'constructor', 'größe']
const words = ['set', 'clear', "it's", '*/', '\n', '']

const scalar: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(
    { type: 'string' },
    { type: 'number' },
    { type: 'integer', minimum: 0, maximum: 100 },
    { type: 'boolean' },
    { type: 'null' },
    { type: ['string', 'null'] },
    { type: ['integer', 'boolean'] },
    { type: 'string', description: 'Ends */ here\nand goes on', default: 'x' },
    { type: 'number', deprecated: true },
    { type: 'object' },
    { type: 'array' },
    { type: 'string', not: { const: 'zz' } },
  ),
  fc.constantFrom(...words, 1, -2.5, null, true).map((value): Schema => ({ const: value })),
  fc
    .uniqueArray(fc.constantFrom<unknown>(...words, 0, 7, false, null, { k: 1 }, [1, 'a']), {
      minLength: 1,
      maxLength: 4,
      selector: value => JSON.stringify(value),
    })
    .map((values): Schema => ({ enum: values })),
)

/** References to the definitions that {@link inputSchema} adds, by pointers that have to be read. */
const references = fc.constantFrom<Schema>(
  { $ref: '#/$defs/Tree' },
  { $ref: '#/$defs/with~1slash%20and%20space' },
  { $ref: '#named' },
  { $ref: '#/definitions/Either', description: 'Beside a reference' },
)

const definitions = {
  $defs: {
    Tree: {
      type: 'object',
      properties: {
        label: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/$defs/Tree' } },
      },
      required: ['label'],
    },
    'with/slash and space': { type: 'array', items: { type: 'number' } },
    Anchored: {
      $anchor: 'named',
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
    },
  },
  definitions: {
    Either: {
      oneOf: [{ type: 'number' }, { type: 'array', items: { $ref: '#/definitions/Either' } }],
    },
  },
} satisfies Schema

function schemaOf(depth: number): fc.Arbitrary<Schema> {
  if (depth >= MAX_DEPTH) return scalar
  const inner = fc.nat().chain(() => schemaOf(depth + 1))
  const list = inner.map((items): Schema => ({ type: 'array', items }))
  const tuple = fc.array(inner, { minLength: 1, maxLength: 3 }).map(
    (prefixItems): Schema => ({
      type: 'array',
      prefixItems,
      minItems: prefixItems.length,
      items: false,
    }),
  )
  const record = inner.map(
    (additionalProperties): Schema => ({ type: 'object', additionalProperties }),
  )
  const pattern = inner.map(
    (value): Schema => ({
      type: 'object',
      patternProperties: { '^x-': value },
      additionalProperties: false,
    }),
  )
  const anyOf = fc
    .array(inner, { minLength: 1, maxLength: 3 })
    .chain(some => fc.constantFrom<Schema>({ anyOf: some }, { oneOf: some }))
  return fc.oneof(
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: references },
    { weight: 1, arbitrary: list },
    { weight: 1, arbitrary: tuple },
    { weight: 1, arbitrary: record },
    { weight: 1, arbitrary: pattern },
    { weight: 1, arbitrary: anyOf },
    { weight: 2, arbitrary: objectOf(inner) },
    { weight: 1, arbitrary: besides(inner) },
  )
}

function objectOf(inner: fc.Arbitrary<Schema>): fc.Arbitrary<Schema> {
  return fc
    .record({
      names: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 4 }),
      parts: fc.array(inner, { minLength: 4, maxLength: 4 }),
      required: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      more: fc.constantFrom<Partial<Schema>>(
        {},
        {},
        { additionalProperties: false },
        { additionalProperties: true },
        { required: ['unnamed'] },
      ),
    })
    .map(({ names, parts, required, more }): Schema => {
      const properties = Object.fromEntries(names.map((name, i) => [name, parts[i] as Schema]))
      const must = [...names.filter((_, i) => required[i]), ...(more.required ?? [])]
      return { type: 'object', properties, ...more, required: must }
    })
}

/** An object whose combinations say something of the properties beside them. */
function besides(inner: fc.Arbitrary<Schema>): fc.Arbitrary<Schema> {
  return fc.tuple(inner, inner, inner).chain(([a, b, c]) => {
    const base = { type: 'object', properties: { a, b } }
    const kind = (word: string, value: Schema) => ({
      properties: { kind: { const: word }, value },
      required: ['kind', 'value'],
    })
    return fc.constantFrom<Schema>(
      { ...base, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { ...base, anyOf: [kind('set', a), kind('clear', c)] },
      { ...base, allOf: [{ type: 'object', properties: { c }, required: ['c'] }] },
      {
        ...base,
        if: { required: ['a'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { d: b } },
        else: { properties: { e: c } },
      },
    )
  })
}

/** Schemas of an input: an object with properties. */
export const inputSchema: fc.Arbitrary<Schema> = fc
  .oneof(objectOf(schemaOf(1)), besides(schemaOf(1)))
  .map(schema => ({ ...schema, ...definitions }))

/** What a reference of such a schema leads to. */
export function definitionOf(ref: string): Schema {
  const { $defs } = definitions
  const byRef: Record<string, Schema> = {
    '#/$defs/Tree': $defs.Tree,
    '#/$defs/with~1slash%20and%20space': $defs['with/slash and space'],
    '#named': $defs.Anchored,
    '#/definitions/Either': definitions.definitions.Either,
  }
  return byRef[ref] as Schema
}
