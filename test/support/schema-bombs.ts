/** Schemas that cost without end when they are taken naively, each with a value that sets them off. */

import type { JsonSchema } from '../../protocol/schema.ts'

interface Bomb {
  readonly schema: JsonSchema
  /** Made anew: some are large. */
  readonly value: () => unknown
  /** The same value in a program, where it can be written shortly. */
  readonly source?: string
}

const EVIL = '^(a+)+$'
const evilText = () => `${'a'.repeat(40)}!`
const EVIL_SOURCE = "'a'.repeat(40) + '!'"

function nested(depth: number): unknown {
  let value: unknown = [1]
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

function shared(depth: number, leaf: unknown = ['a']): unknown {
  let value = leaf
  for (let i = 0; i < depth; i++) value = [value, value]
  return value
}

const sharedSource = (depth: number) =>
  `(() => { let x = ['a']; for (let i = 0; i < ${depth}; i++) x = [x, x]; return x })()`
const nestedSource = (depth: number) =>
  `(() => { let x = [1]; for (let i = 0; i < ${depth}; i++) x = [x]; return x })()`

function cyclic(): unknown[] {
  const value: unknown[] = []
  value.push(value, value)
  return value
}

const recursive = (branches: readonly JsonSchema[]): JsonSchema => ({
  $ref: '#/$defs/node',
  $defs: { node: { anyOf: branches } },
})
const node = { $ref: '#/$defs/node' }

function doubled(levels: number): JsonSchema {
  const $defs: Record<string, unknown> = { d0: { type: 'string' } }
  for (let i = 1; i <= levels; i++) {
    const inner = { $ref: `#/$defs/d${i - 1}` }
    $defs[`d${i}`] = { allOf: [inner, inner] }
  }
  return { $ref: `#/$defs/d${levels}`, $defs }
}

function chain(length: number): JsonSchema {
  const $defs: Record<string, unknown> = { [`c${length}`]: { type: 'string' } }
  for (let i = 0; i < length; i++) $defs[`c${i}`] = { $ref: `#/$defs/c${i + 1}` }
  return { $ref: '#/$defs/c0', $defs }
}

function deepSchema(depth: number): JsonSchema {
  let schema: JsonSchema = { type: 'string' }
  for (let i = 0; i < depth; i++) schema = { items: schema }
  return schema
}

/** By name. */
export const bombs: Readonly<Record<string, Bomb>> = {
  pattern: { schema: { pattern: EVIL }, value: evilText, source: EVIL_SOURCE },
  'pattern of a long text': { schema: { pattern: EVIL }, value: () => `${'a'.repeat(1e6)}!` },
  patternProperties: {
    schema: { patternProperties: { [EVIL]: { type: 'number' } } },
    value: () => ({ [evilText()]: 1 }),
    source: `({ [${EVIL_SOURCE}]: 1 })`,
  },
  propertyNames: {
    schema: { propertyNames: { pattern: EVIL } },
    value: () => ({ [evilText()]: 1 }),
    source: `({ [${EVIL_SOURCE}]: 1 })`,
  },
  'pattern behind dependencies': {
    schema: { dependencies: { s: { properties: { s: { pattern: EVIL } } } } },
    value: () => ({ s: evilText() }),
    source: `({ s: ${EVIL_SOURCE} })`,
  },
  'pattern behind an unknown keyword': {
    schema: { $ref: '#/x-hidden', 'x-hidden': { pattern: EVIL } },
    value: evilText,
    source: EVIL_SOURCE,
  },
  'format url': {
    schema: { format: 'url' },
    value: () => `http://${'a'.repeat(60)}!`,
    source: "'http://' + 'a'.repeat(60) + '!'",
  },
  doubled: { schema: doubled(40), value: () => 'x', source: "'x'" },
  'doubled, of a value that does not fit': { schema: doubled(40), value: () => 5, source: '5' },
  'a long chain of references': { schema: chain(5000), value: () => 5, source: '5' },
  'references without progress': {
    schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
    value: () => 5,
    source: '5',
  },
  uniqueItems: {
    schema: { uniqueItems: true },
    value: () => Array.from({ length: 600_000 }, (_, i) => i),
    source: 'Array.from({ length: 100_000 }, (_, i) => i)',
  },
  'uniqueItems of objects': {
    schema: { uniqueItems: true },
    value: () => Array.from({ length: 100_000 }, (_, i) => ({ i })),
  },
  'uniqueItems of shared lists': {
    schema: { uniqueItems: true },
    value: () => [shared(30), shared(30)],
    source: `[${sharedSource(30)}, ${sharedSource(30)}]`,
  },
  'uniqueItems of cycles': { schema: { uniqueItems: true }, value: () => [cyclic(), [cyclic()]] },
  'branches of a recursion': {
    schema: recursive([5, 6, 7].map(minItems => ({ type: 'array', items: node, minItems }))),
    value: () => nested(300),
    source: nestedSource(300),
  },
  'shared lists': {
    schema: recursive([{ type: 'string' }, { type: 'array', items: node }]),
    value: () => shared(60),
    source: sharedSource(60),
  },
  'shared lists that do not fit': {
    schema: recursive([{ type: 'number' }, { type: 'array', items: node }]),
    value: () => shared(60),
    source: sharedSource(60),
  },
  'shared lists and a schema without references': {
    schema: deepSchema(40),
    value: () => shared(60, [[[1]]]),
    source: sharedSource(60),
  },
  'a deep value': {
    schema: recursive([{ type: 'array', items: node }]),
    value: () => nested(100_000),
  },
  'a deep schema': { schema: deepSchema(2000), value: () => nested(50), source: nestedSource(50) },
  'a cycle': {
    schema: recursive([{ type: 'array', items: node, minItems: 3 }]),
    value: cyclic,
    source: '(() => { const x = []; x.push(x, x); return x })()',
  },
  'a list of four thousand million holes': {
    schema: { items: { type: 'number' } },
    value: () => Object.assign([], { length: 4e9 }),
    source: 'Object.assign([], { length: 4e9 })',
  },
  'a wide object': {
    schema: { additionalProperties: { type: 'string' } },
    value: () => Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i])),
  },
  'a long list of wrong items': {
    schema: { items: { type: 'string' } },
    value: () => Array.from({ length: 800_000 }, (_, i) => i),
    source: 'Array.from({ length: 100_000 }, (_, i) => i)',
  },
  'enum of shared lists': { schema: { enum: [shared(30)] }, value: () => shared(30) },
}
