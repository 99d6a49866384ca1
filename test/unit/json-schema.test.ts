/** JSON Schemas as the host holds values against them, beside a validator of others. */

import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import t from 'tap'
import { schemaValidator } from '../../protocol/json-schema/validator.ts'
import type { JsonSchema } from '../../protocol/schema.ts'
import { toolSchema, valueFor } from '../support/schema-arbitrary.ts'

const problemsOf = async (schema: JsonSchema, value: unknown) => {
  const checked = await schemaValidator(schema).validate(value)
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`)
}

const key = fc.constantFrom('a', 'b', 'c', 'ab')
const small = fc.integer({ min: -2, max: 4 })
const size = fc.integer({ min: 0, max: 3 })

/** Values of few kinds, so that they often fit and are often equal. */
const anyValue = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(small, fc.constantFrom('a', 'b', 'ab', 'abc', ''), fc.constantFrom(true, null, 1.5)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value

const types = fc.constantFrom('string', 'number', 'integer', 'null', 'array', 'object')

const anySchema = fc.letrec<{ schema: unknown }>(tie => {
  const schema = tie('schema')
  const schemas = fc.array(schema, { minLength: 1, maxLength: 3 })
  const keywords: Record<string, fc.Arbitrary<unknown>> = {
    type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
    enum: fc.array(anyValue, { minLength: 1, maxLength: 3 }),
    const: anyValue,
    minimum: small,
    maximum: small,
    exclusiveMinimum: small,
    exclusiveMaximum: small,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minLength: size,
    maxLength: size,
    pattern: fc.constantFrom('^a', 'b$', '^[ab]+$', 'c', '^(?!ab)', '^.{0,2}$'),
    properties: fc.dictionary(key, schema, { maxKeys: 3 }),
    required: fc.uniqueArray(key, { maxLength: 2 }),
    patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), schema, { maxKeys: 2 }),
    additionalProperties: schema,
    propertyNames: schema,
    minProperties: size,
    maxProperties: size,
    dependentRequired: fc.dictionary(key, fc.uniqueArray(key, { maxLength: 2 }), { maxKeys: 2 }),
    dependentSchemas: fc.dictionary(key, schema, { maxKeys: 1 }),
    items: schema,
    prefixItems: fc.array(schema, { maxLength: 2 }),
    minItems: size,
    maxItems: size,
    uniqueItems: fc.boolean(),
    contains: schema,
    minContains: size,
    maxContains: size,
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: schema,
    else: schema,
    $ref: fc.constantFrom('#/$defs/x', '#/$defs/y'),
    unevaluatedProperties: schema,
    unevaluatedItems: schema,
  }
  const few = fc
    .subarray(Object.keys(keywords), { minLength: 1, maxLength: 4 })
    .chain(names =>
      fc.record(Object.fromEntries(names.map(name => [name, keywords[name] as never]))),
    )
  return {
    schema: fc.oneof({ maxDepth: 3 }, fc.constantFrom(true, false, { type: 'string' }), few),
  }
}).schema

/** Keywords whose schemas judge the same value as the schema that they stand in. */
const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else']

/**
 * Whether the other validator can be asked: to a schema in place it also counts what the schema around
 * it has evaluated, which the specification keeps apart (2020-12, 11.2 and 11.3).
 */
function isJudgedRightly(...schemas: readonly unknown[]): boolean {
  const partsOf = (schema: unknown) =>
    typeof schema === 'object' && schema !== null ? Object.entries(schema) : []
  const hasUnevaluated = (schema: unknown) =>
    partsOf(schema).some(([key]) => key.startsWith('unevaluated'))
  const refers = JSON.stringify(schemas).includes('"$ref"')
  if (refers && schemas.slice(1).some(hasUnevaluated)) return false
  const isRight = (schema: unknown): boolean =>
    partsOf(schema).every(([key, part]) => {
      const parts = Array.isArray(part) ? part : [part]
      return !(inPlace.includes(key) && parts.some(hasUnevaluated)) && parts.every(isRight)
    })
  return schemas.every(isRight)
}

t.test('what fits a schema is what fits it by another validator', async t => {
  let compared = 0
  const values = fc.array(anyValue, { minLength: 5, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(anySchema, anySchema, anySchema, values, async (root, x, y, list) => {
      if (!isJudgedRightly(root, x, y)) return
      const schema = { allOf: [root], $defs: { x, y } }
      const ours = schemaValidator(schema)
      const theirs = new Validator(schema as never, '2020-12', false)
      for (const value of list) {
        let expected: boolean
        try {
          expected = theirs.validate(value).valid
        } catch {
          // It follows references without end.
          continue
        }
        const { ok } = await ours.validate(value)
        if (ok !== expected)
          throw new Error(`${JSON.stringify(value)} is ${ok ? 'taken' : 'refused'}`)
        compared++
      }
    }),
    { numRuns: 500 },
  )
  t.ok(compared > 1000, `${compared} values were compared`)
  const disputed = {
    ...{ unevaluatedItems: { multipleOf: 1 } },
    oneOf: [{ unevaluatedItems: { exclusiveMaximum: 0 } }, true],
  }
  t.match(await schemaValidator(disputed).validate([0]), { ok: true }, 'a dispute that is ours')
})

const reading = { schemaOf: () => ({}), known: {} }

t.test('a refusal names the places where another validator finds a fault', async t => {
  let refusals = 0
  const cases = toolSchema.chain(schema => fc.tuple(fc.constant(schema), valueFor(schema, reading)))
  await fc.assert(
    fc.asyncProperty(cases, async ([schema, value]) => {
      const checked = await schemaValidator(schema as JsonSchema).validate(value)
      const { valid, errors } = new Validator(schema as never, '2020-12', false).validate(value)
      if (checked.ok !== valid) throw new Error(`${checked.ok} is not ${valid}`)
      if (checked.ok) return
      refusals++
      const places = new Set(errors.map(({ instanceLocation }) => instanceLocation))
      for (const { path, message } of checked.problems) {
        const pointer = `#${path.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll(/^\.?|\./g, '/')}`
        // Of a property that is missing they name the object.
        const place = message.startsWith('missing') ? pointer.replace(/\/[^/]*$/, '') : pointer
        if (!places.has(place.replace(/\/$/, ''))) throw new Error(`${place} is not among theirs`)
      }
    }),
    { numRuns: 1000 },
  )
  t.ok(refusals > 50, `${refusals} values were refused`)
})

t.test('JSON Schema of older drafts, and of OpenAPI, means what it says', async t => {
  const cases: ReadonlyArray<readonly [schema: JsonSchema, fits: unknown, fitsNot: unknown]> = [
    [{ minimum: 1, exclusiveMinimum: true }, 2, 1],
    [{ maximum: 1, exclusiveMaximum: true }, 0, 1],
    [{ items: [{ type: 'string' }, { type: 'number' }] }, ['a', 1, true], ['a', 'b']],
    [{ items: [{}], additionalItems: false }, [1], [1, 2]],
    [{ dependencies: { a: ['b'] } }, { a: 1, b: 2 }, { a: 1 }],
    [{ dependencies: { a: { required: ['b'] } } }, { b: 2 }, { a: 1 }],
    [{ definitions: { n: { type: 'number' } }, $ref: '#/definitions/n' }, 1, 'a'],
    [
      {
        id: 'http://x.example/s',
        definitions: { n: { id: '#n', type: 'number' } },
        items: { $ref: '#n' },
      },
      [1],
      ['a'],
    ],
    [
      {
        $id: 'https://x.example/s',
        $defs: { n: { $id: 'n', type: 'number' } },
        items: { $ref: 'n' },
      },
      [1],
      ['a'],
    ],
    [{ $defs: { n: { $anchor: 'n', type: 'number' } }, items: { $ref: '#n' } }, [1], ['a']],
    [{ type: 'string', nullable: true }, null, 1],
    [{ enum: ['a'], nullable: true }, null, 'b'],
    [{ properties: { __proto__: null, a: { type: 'number' } } }, { a: 1 }, { a: 'a' }],
    [{ required: ['toString'] }, { toString: 1 }, {}],
    [{ properties: { constructor: { type: 'number' } } }, {}, { constructor: 'a' }],
  ]
  for (const [schema, fits, fitsNot] of cases) {
    t.strictSame(schemaValidator(schema).warnings, [], JSON.stringify(schema))
    t.strictSame(await problemsOf(schema, fits), [], JSON.stringify(schema))
    t.equal((await problemsOf(schema, fitsNot)).length, 1, JSON.stringify(schema))
  }
})

t.test('what cannot be checked is not enforced, and told with its property', async t => {
  const cases: ReadonlyArray<readonly [schema: JsonSchema, warning: string]> = [
    [{ type: 'money' }, 'the type of "a.b[]" is not enforced: "money" is not one'],
    [{ format: 'phone' }, 'the format of "a.b[]" is not enforced: "phone" is not known here'],
    [{ minLength: 'x' }, 'the minLength of "a.b[]" is not enforced: it is not a size'],
    [{ minimum: '1' }, 'the minimum of "a.b[]" is not enforced: it is not a number'],
    [{ enum: 'a' }, 'the enum of "a.b[]" is not enforced: it is not a list'],
    [{ anyOf: [] }, 'the anyOf of "a.b[]" is not enforced: it is not a list of schemas'],
    [{ properties: [] }, 'the properties of "a.b[]" is not enforced: it is not an object'],
    [{ properties: { c: 'x' } }, 'the schema of "a.b[].c" is not enforced: it is not an object'],
    [
      { $ref: 'https://x.example/s.json' },
      'the $ref of "a.b[]" is not enforced: it leads nowhere in this schema',
    ],
    [
      { $ref: '#/$defs/none' },
      'the $ref of "a.b[]" is not enforced: it leads nowhere in this schema',
    ],
    [{ $ref: 5 }, 'the $ref of "a.b[]" is not enforced: it leads nowhere in this schema'],
    [
      { pattern: '(?i)a' },
      'the pattern of "a.b[]" is not enforced: it is written in another dialect',
    ],
    [
      { patternProperties: { 'a++': {} } },
      'the patternProperties of "a.b[]" is not enforced: it is written in another dialect',
    ],
  ]
  for (const [inner, warning] of cases) {
    const schema = { properties: { a: { properties: { b: { items: inner } } } } }
    const { warnings } = schemaValidator(schema)
    t.strictSame(warnings, [warning])
    t.strictSame(await problemsOf(schema, { a: { b: ['anything', 1, { x: 1 }] } }), [], warning)
  }
})

t.test('annotations are no reason for a warning', async t => {
  const { warnings } = schemaValidator({
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: 'T',
    example: 1,
    'x-internal': { pattern: '(?i)' },
    discriminator: { propertyName: 'k' },
    type: 'any',
    format: 'int64',
    readOnly: true,
    default: 5,
  })
  t.strictSame(warnings, [])
})

t.test('every problem is told with what is expected and what came', async t => {
  const cases: ReadonlyArray<readonly [schema: JsonSchema, value: unknown, problem: string]> = [
    [{ type: ['string', 'null'] }, {}, ': expected string or null, got object'],
    [{ type: 'integer' }, 1.5, ': expected integer, got 1.5'],
    [{ type: 'string' }, undefined, ': expected string, got undefined'],
    [{ type: 'object' }, new Uint8Array(1), ': expected object, got Uint8Array'],
    [{ enum: ['a', 1] }, 'b', ': expected one of "a", 1, got "b"'],
    [{ const: 'a' }, 'b', ': expected "a", got "b"'],
    [{ const: [1] }, [2], ': expected exactly the array that the schema names'],
    [{ minimum: 1 }, 0, ': expected at least 1, got 0'],
    [{ exclusiveMaximum: 1 }, 1n, ': expected less than 1, got 1'],
    [{ multipleOf: 0.01 }, 0.075, ': expected a multiple of 0.01, got 0.075'],
    [{ maxLength: 1 }, '😀😀', ': expected at most 1 characters, got 2'],
    [{ pattern: '^a' }, 'b', ': expected text that fits ^a, got "b"'],
    [{ format: 'uuid' }, 'b', ': expected text of the format uuid, got "b"'],
    [{ minItems: 1 }, [], ': expected at least 1 elements, got 0'],
    [
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      ': expected different elements, but 0 and 1 are equal',
    ],
    [{ contains: { const: 1 } }, [2], ': expected at least 1 elements of a certain kind, got 0'],
    [{ items: { type: 'string' } }, ['a', undefined], '[1]: expected string, got undefined'],
    [
      { required: ['a'], properties: { a: { enum: ['x', 'y'] } } },
      {},
      'a: missing, expected one of "x", "y"',
    ],
    [
      { properties: { a: {} }, additionalProperties: false },
      { b: 1 },
      'b: unknown property; expected a',
    ],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, 'ab: a property of this name is not allowed'],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, 'b: missing, expected beside a'],
    [
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
      true,
      ': expected string or number, got boolean',
    ],
    [
      { anyOf: [{ type: 'null' }, { properties: { a: { type: 'number' } } }] },
      { a: 'x' },
      'a: expected number, got string',
    ],
    [{ not: { type: 'string' } }, 'a', ': a value of this kind is not allowed'],
    [{ properties: { a: false } }, { a: 1 }, 'a: no value is allowed here'],
  ]
  for (const [schema, value, problem] of cases) {
    t.strictSame(await problemsOf(schema, value), [problem], JSON.stringify(schema))
  }
})

t.test('a property that is undefined is absent, and no key of a prototype is there', async t => {
  const schema = { properties: { a: { type: 'string' } }, additionalProperties: false }
  t.strictSame(await problemsOf(schema, { a: undefined, b: undefined }), [])
  t.strictSame(await problemsOf({ minProperties: 1 }, { a: undefined }), [
    ': expected at least 1 properties, got 0',
  ])
})
