/** JSON Schemas as the types that prompts carry, and that the type check holds programs against. */

// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema

import t from 'tap'
import { toolTypes } from '../../executor/typecheck/tool-types.ts'
import { toolDeclarations } from '../../protocol/tool/declarations.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { patience } from '../support/patience.ts'

const tool = (fields: object) =>
  normalizeTool({ name: 'f', description: '', execute: async () => 1, ...fields })
const declared = (fields: object) => toolDeclarations([tool(fields)])
/** The type of a property of an input, and the named types behind it. */
const typeOf = (schema: unknown, root: object = {}) =>
  declared({ inputSchema: { type: 'object', properties: { p: schema }, required: ['p'], ...root } })
    .replace(/^[\s\S]*?declare function f\(p: /, '')
    .replace('): any', '')
const resultOf = (outputSchema: object) =>
  declared({ outputSchema }).replace('declare function f(...args: any[]): ', '')

const string = { type: 'string' }
const number = { type: 'number' }

t.test('each keyword is what its values are', async t => {
  const table: [schema: unknown, type: string][] = [
    [true, 'any'],
    [{}, 'any'],
    [false, 'never'],
    [{ not: {} }, 'never'],
    [{ type: 'integer', minimum: 1, not: { const: 3 } }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'string', nullable: true }, 'string | null'],
    [{ enum: ['a', 1, null, true, { k: [1] }] }, '"a" | 1 | null | true | { k: [1] }'],
    [{ type: 'string', enum: ['a', 'b', null] }, '"a" | "b"'],
    [{ const: 'it\'s "x"\n' }, '"it\'s \\"x\\"\\n"'],
    [{ const: { kind: 'a', 'b-c': [] } }, '{ kind: "a"; "b-c": [] }'],
    [{ type: 'array' }, 'any[]'],
    [{ type: 'array', items: { type: ['string', 'number'] } }, '(string | number)[]'],
    [{ type: 'array', items: false }, 'never[]'],
    [{ type: 'array', prefixItems: [string, number] }, '[string, number]'],
    [
      { type: 'array', prefixItems: [string, number], minItems: 1, items: { type: 'boolean' } },
      '[string, number?, ...boolean[]]',
    ],
    [{ type: 'array', items: [string, number], additionalItems: false }, '[string, number]'],
    [{ type: 'array', items: [string], additionalItems: number }, '[string, ...number[]]'],
    [{ type: 'object' }, 'Record<string, any>'],
    [{ type: 'object', additionalProperties: number }, 'Record<string, number>'],
    [{ type: 'object', additionalProperties: false }, 'Record<string, never>'],
    [
      { type: 'object', patternProperties: { '^x-': string }, additionalProperties: false },
      'Record<string, string>',
    ],
    [
      { type: 'object', properties: { a: string }, patternProperties: { '^x-': string } },
      '{ a?: string; [more: string]: any }',
    ],
    [
      { properties: { a: string }, additionalProperties: true },
      '{ a?: string; [more: string]: any }',
    ],
    [{ properties: { a: string }, required: ['a', 'b'] }, '{ a: string; b: any }'],
    [
      { properties: { 'a-b': string, '2': string, ok: string } },
      '{ "2"?: string; "a-b"?: string; ok?: string }',
    ],
    [{ anyOf: [string, string, { type: 'null' }] }, 'string | null'],
    [{ anyOf: [string, {}] }, 'any'],
    [
      { allOf: [{ properties: { a: string } }, { properties: { b: number } }] },
      '{ a?: string } & { b?: number }',
    ],
    [{ allOf: [string, { minLength: 3 }] }, 'string'],
    [
      { properties: { a: string, b: string }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      '{ a?: string; b?: string }',
    ],
    [
      {
        properties: { a: string },
        anyOf: [{ properties: { b: string } }, { properties: { c: string } }],
      },
      '{ a?: string } & ({ b?: string } | { c?: string })',
    ],
    [
      {
        type: 'object',
        properties: { a: string },
        if: { required: ['a'] },
        then: { properties: { b: number } },
      },
      '{ a?: string }',
    ],
    [
      { if: {}, then: { properties: { b: number } }, else: { properties: { c: number } } },
      '{ b?: number } | { c?: number }',
    ],
    [{ $ref: '#/nowhere' }, 'any'],
    [{ $ref: 'https://example.com/other.json' }, 'any'],
    [{ $ref: '#/$defs/%zz' }, 'any'],
  ]
  for (const [schema, type] of table) t.equal(typeOf(schema), type, JSON.stringify(schema))
})

t.test('references lead wherever their pointers, anchors and ids say', async t => {
  const $defs = {
    'a/b c~d': string,
    Anchored: { $anchor: 'here', type: 'number' },
    Resource: {
      $id: 'https://example.com/r.json',
      $defs: { X: { type: 'boolean' } },
      $ref: '#/$defs/X',
    },
    Relative: { $id: 'node', type: 'null' },
  }
  const root = { $id: 'https://example.com/root.json', $defs, definitions: { Old: number } }
  const table: [$ref: string, type: string][] = [
    ['#/$defs/a~1b%20c~0d', 'string'],
    ['#here', 'number'],
    ['#/definitions/Old', 'number'],
    ['#/$defs/Resource', 'boolean'],
    ['r.json', 'boolean'],
    ['https://example.com/r.json#/$defs/X', 'boolean'],
    ['node', 'null'],
    ['#/definitions/hasOwnProperty', 'any'],
  ]
  for (const [$ref, type] of table) {
    t.equal(typeOf({ $ref }, root), type, $ref)
  }
  t.equal(typeOf({ $ref: '#/$defs/Anchored', description: 'x', minimum: 3 }, root), 'number')
})

t.test('a schema within itself is a type with a name, which ends', async t => {
  const Node = {
    type: 'object',
    properties: {
      label: string,
      children: { type: 'array', items: { $ref: '#/definitions/Node' } },
    },
    required: ['label'],
  }
  t.equal(
    typeOf({ $ref: '#/definitions/Node' }, { definitions: { Node } }),
    'f_Node\n\ntype f_Node = { label: string; children?: f_Node[] }',
  )
  t.equal(
    resultOf({ ...Node, definitions: { Node } }),
    '{ label: string; children?: f_result_Node[] }\n\ntype f_result_Node = { label: string; children?: f_result_Node[] }',
  )
  t.equal(
    declared({
      inputSchema: {
        $ref: '#/$defs/J',
        $defs: { J: { anyOf: [string, { type: 'array', items: { $ref: '#/$defs/J' } }] } },
      },
    }),
    'declare function f(input: f_J): any\n\ntype f_J = string | f_J[]',
  )
  const inRoot = { type: 'object', properties: { next: { $ref: '#' } } }
  t.match(declared({ inputSchema: inRoot }), 'declare function f(next?: f_input): any')
  t.match(declared({ inputSchema: inRoot }), 'type f_input = { next?: f_input }')
  // Nothing stands between it and itself.
  t.equal(typeOf({ $ref: '#/$defs/A' }, { $defs: { A: { $ref: '#/$defs/A' } } }), 'any')
  t.equal(
    typeOf({ $ref: '#/$defs/A' }, { $defs: { A: { anyOf: [string, { $ref: '#/$defs/A' }] } } }),
    'any',
  )
})

t.test('an input says what may be left out, a result what has a default', async t => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'number', default: 5 }, b: string },
    required: ['b'],
  }
  t.match(declared({ inputSchema: schema }), 'declare function f(a?: number, b?: string)')
  t.match(resultOf(schema), / {2}a: number\n {2}b: string/)
})

t.test('an input that may have further members is one object', async t => {
  const open = {
    type: 'object',
    properties: { table: string },
    required: ['table'],
    additionalProperties: true,
  }
  t.equal(
    declared({ inputSchema: open }),
    '/** Also f(table). */\ndeclare function f(input: { table: string; [more: string]: any }): any',
  )
  const either = {
    type: 'object',
    properties: { kind: string },
    oneOf: [{ properties: { a: string } }, { properties: { b: string } }],
  }
  t.match(
    declared({ inputSchema: either }),
    'f(input: { kind?: string } & ({ a?: string } | { b?: string })): any',
  )
})

t.test('comments say what types do not', async t => {
  const properties = {
    a: { type: 'string', description: 'Ends */ here\n  and goes on', default: 'x' },
    b: {
      type: 'object',
      properties: { c: { type: 'string', description: 'Deep', deprecated: true } },
    },
    'c-d': number,
  }
  t.equal(
    declared({ description: 'Does */ it.', inputSchema: { type: 'object', properties } }),
    `/**
 * Does *\\/ it.
 * @param a Ends *\\/ here and goes on Default: "x"
 */
declare function f(a?: string, b?: {
  /** Deep @deprecated */
  c?: string
}, c_d?: number): any`,
  )
})

t.test('what is too large is cut, with a comment', async t => {
  const many = Array.from({ length: 5000 }, (_, i) => `zone ${i}`)
  const text = typeOf({ enum: many })
  t.match(text, /^string \/\* one of 5000: "zone 0", /)
  t.ok(text.length < 1000)
  t.equal(typeOf({ const: 'x'.repeat(1000) }), 'string')
  const wide = Object.fromEntries(many.map(name => [name, string]))
  t.match(
    typeOf({ type: 'object', properties: wide }),
    /\[more: string\]: any \/\* and \d+ more, too many/,
  )
  let deep: object = string
  for (let i = 0; i < 1000; i++) deep = { type: 'object', properties: { d: deep } }
  t.match(typeOf(deep), /any \/\* nested too deeply/)
  const params = { type: 'object', properties: wide }
  t.ok(declared({ inputSchema: params }).length < 250_000)
})

/** Milliseconds that no honest schema needs; a hostile one would need for ever. */
const BOUND_MS = 5000

t.test('a hostile schema costs bounded time and text', async t => {
  const $defs: Record<string, object> = { d0: string }
  for (let i = 1; i <= 200; i++) {
    const $ref = `#/$defs/d${i - 1}`
    $defs[`d${i}`] = { allOf: [{ $ref }, { $ref }], properties: { a: { $ref }, b: { $ref } } }
  }
  const wide = Array.from({ length: 300 }, () => ({ $ref: '#/$defs/n' }))
  const mixed = Array.from({ length: 300 }, (_, i) => ({
    properties: { [`k${i}`]: { $ref: '#/$defs/n' } },
  }))
  let nested: object = string
  for (let i = 0; i < 500; i++) nested = { anyOf: [{ type: 'array', items: nested }, string] }
  for (const schema of [
    { $ref: '#/$defs/d200', $defs },
    { $ref: '#/$defs/n', $defs: { n: { anyOf: wide } } },
    { $ref: '#/$defs/n', $defs: { n: { anyOf: mixed } } },
    { $ref: '#/$defs/n', $defs: { n: { allOf: mixed } } },
    nested,
    { type: 'object', properties: { [`x${'y'.repeat(1e6)}`]: string } },
    { type: 'string', description: '*/'.repeat(1e6), enum: ['*/'.repeat(1e6)] },
    { $ref: '#x', $defs: { a: nested } },
  ]) {
    const hostile = tool({
      inputSchema: {
        type: 'object',
        properties: { s: schema },
        ...('$defs' in schema && { $defs: schema.$defs }),
      },
      outputSchema: schema,
    })
    const startedAt = performance.now()
    const size = toolDeclarations([hostile]).length + (await toolTypes([hostile])).text.length
    t.ok(size < 400_000, `${size}`)
    t.ok(performance.now() - startedAt < patience(BOUND_MS))
  }
})

t.test('the type check has the types of the prompt, under the same names', async t => {
  const Op = {
    oneOf: [
      {
        type: 'object',
        properties: { kind: { const: 'set' }, value: number },
        required: ['kind', 'value'],
      },
      { type: 'object', properties: { kind: { const: 'clear' } }, required: ['kind'] },
    ],
  }
  const inputSchema = {
    type: 'object',
    properties: { ops: { type: 'array', items: { $ref: '#/$defs/Op' } } },
    required: ['ops'],
    $defs: { Op },
  }
  const edit = tool({ name: 'edit-sheet', inputSchema })
  const [prompt] = /\(ops: .*\)(?=: any)/.exec(toolDeclarations([edit])) ?? []
  t.equal(prompt, '(ops: ({ kind: "set"; value: number } | { kind: "clear" })[])')
  t.match((await toolTypes([edit])).text.replaceAll('; [more: string]: any', ''), prompt)
})
