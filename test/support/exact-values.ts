/** Values of every kind that crosses the boundary exactly, in graphs with cycles and shared parts. */

import assert from 'node:assert/strict'
import fc from 'fast-check'

/** A part of a value: a primitive, or the number of a node. */
type Part = { readonly value: unknown } | { readonly node: number }

type Node =
  | { readonly kind: 'object' | 'null'; readonly entries: readonly [string, Part][] }
  | { readonly kind: 'array' | 'set'; readonly items: readonly Part[] }
  | { readonly kind: 'sparse'; readonly items: readonly [number, Part][]; readonly length: number }
  | { readonly kind: 'map'; readonly entries: readonly [Part, Part][] }
  | ErrorNode
  | { readonly kind: 'whole'; readonly make: () => object }
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'view'
      readonly view: ViewName
      readonly at: number
      readonly count: number
      readonly node: number
    }

interface ErrorNode {
  readonly kind: 'error'
  readonly name: string
  readonly message: string
  readonly cause: Part | undefined
  readonly errors: readonly Part[]
  readonly code: Part | undefined
}

const views = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}
type ViewName = keyof typeof views | 'DataView'

const errorClasses = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

/** Any sequence of code units: NULs, lone surrogates, quotes. */
const text = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0x22, 0x5c, 0x2028, 0xd800, 0xdfff, 0xfeff)),
      { maxLength: 8 },
    )
    .map(units => String.fromCharCode(...units)),
)

const key = fc.oneof(
  text,
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'then',
    'length',
    'a',
    '0',
    '01',
    '-1',
    '',
  ),
)

const primitive = fc.oneof(
  text,
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
  fc.constantFrom(undefined, null, Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 53, 1e21, 5e-324),
)

const part = (nodes: number): fc.Arbitrary<Part> =>
  fc.oneof(
    primitive.map(value => ({ value })),
    fc.nat(nodes - 1).map(node => ({ node })),
  )

const whole: fc.Arbitrary<() => object> = fc.oneof(
  fc.date({ noInvalidDate: false }).map(date => () => new Date(date)),
  fc
    .constantFrom(
      /a+/gi,
      /[/\]]\//,
      /(?<n>\p{L})\n/u,
      /^$/dmsy,
      /[\p{L}--[a-z]]/v,
      /\ud800/,
      /(?:)/,
    )
    .map(
      ({ source, flags }) =>
        () =>
          new RegExp(source, flags),
    ),
  fc
    .constantFrom('https://user:pw@example.com:8443/ä?q=%00#f', 'data:,x', 'file:///tmp/a b')
    .map(href => () => new URL(href)),
  fc.constantFrom('a=1&a=2&b=%20', '').map(query => () => new URLSearchParams(query)),
  fc
    .oneof(text, fc.double(), fc.boolean(), fc.bigInt())
    .map(value => () => Object(value) as object),
)

const node = (nodes: number): fc.Arbitrary<Node> => {
  const inner = part(nodes)
  const items = fc.array(inner, { maxLength: 5 })
  const entries = fc.array(fc.tuple(key, inner), { maxLength: 5 })
  return fc.oneof(
    fc.record({ kind: fc.constantFrom('object', 'null'), entries }),
    fc.record({ kind: fc.constantFrom('array', 'set'), items }),
    fc.record({
      kind: fc.constant('sparse'),
      items: fc.array(fc.tuple(fc.oneof(fc.nat(9), fc.nat(2000)), inner), { maxLength: 4 }),
      length: fc.constantFrom(0, 3, 65, 3000),
    }),
    fc.record({
      kind: fc.constant('map'),
      entries: fc.array(fc.tuple(inner, inner), { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('error'),
      name: fc.constantFrom(
        'Error',
        'CustomError',
        'AggregateError',
        ...Object.keys(errorClasses),
        'toString',
        '__proto__',
      ),
      message: text,
      cause: fc.option(inner, { nil: undefined }),
      errors: items,
      code: fc.option(inner, { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('whole'), make: whole }),
    fc.record({ kind: fc.constant('buffer'), bytes: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({
      kind: fc.constant('view'),
      view: fc.constantFrom(...(Object.keys(views) as ViewName[]), 'DataView' as const),
      at: fc.nat(3),
      count: fc.nat(4),
      node: fc.nat(nodes - 1),
    }),
  ) as fc.Arbitrary<Node>
}

/** Values with all kinds of parts. */
export const exactValues: fc.Arbitrary<unknown> = fc
  .integer({ min: 1, max: 12 })
  .chain(nodes =>
    fc.tuple(fc.array(node(nodes), { minLength: nodes, maxLength: nodes }), part(nodes)),
  )
  .map(([nodes, root]) => build(nodes, root))

function build(nodes: readonly Node[], root: Part): unknown {
  const made = nodes.map(empty)
  for (const [i, node] of nodes.entries()) if (node.kind === 'view') made[i] = view(node, made)
  const read = (part: Part) => ('node' in part ? made[part.node] : part.value)
  for (const [i, node] of nodes.entries()) fill(node, made[i] as object, read)
  return read(root)
}

function empty(node: Node): object {
  switch (node.kind) {
    case 'object':
      return {}
    case 'null':
      return Object.create(null)
    case 'array':
    case 'sparse':
      return []
    case 'set':
      return new Set()
    case 'map':
      return new Map()
    case 'error':
      return emptyError(node)
    case 'whole':
      return node.make()
    case 'buffer':
      return node.bytes.slice().buffer
    case 'view':
      return {}
  }
}

function emptyError({ name, message }: ErrorNode): Error {
  if (name === 'AggregateError') return new AggregateError([], message)
  const known = Object.hasOwn(errorClasses, name)
  const error = new (known ? errorClasses[name as 'TypeError'] : Error)(message)
  if (error.name !== name) setOwn(error, 'name', name, false)
  return error
}

/** A view of a node when that is a buffer, of a buffer of its own otherwise. */
function view(node: Extract<Node, { kind: 'view' }>, made: readonly object[]): object {
  const target = made[node.node]
  const buffer = target instanceof ArrayBuffer ? target : new ArrayBuffer(64)
  if (node.view === 'DataView') {
    const at = Math.min(node.at, buffer.byteLength)
    return new DataView(buffer, at, Math.min(node.count, buffer.byteLength - at))
  }
  const View = views[node.view]
  const room = Math.floor(buffer.byteLength / View.BYTES_PER_ELEMENT)
  const at = Math.min(node.at, room)
  return new View(buffer, at * View.BYTES_PER_ELEMENT, Math.min(node.count, room - at))
}

function fill(node: Node, made: object, read: (part: Part) => unknown): void {
  switch (node.kind) {
    case 'object':
    case 'null':
      for (const [key, part] of node.entries) setOwn(made, key, read(part))
      return
    case 'array':
      ;(made as unknown[]).push(...node.items.map(read))
      return
    case 'sparse':
      ;(made as unknown[]).length = node.length
      for (const [at, part] of node.items) (made as unknown[])[at] = read(part)
      return
    case 'set':
      for (const part of node.items) (made as Set<unknown>).add(read(part))
      return
    case 'map':
      for (const [key, part] of node.entries)
        (made as Map<unknown, unknown>).set(read(key), read(part))
      return
    case 'error':
      if (node.cause !== undefined) setOwn(made, 'cause', read(node.cause), false)
      if (node.name === 'AggregateError') setOwn(made, 'errors', node.errors.map(read), false)
      if (node.code !== undefined) setOwn(made, 'code', read(node.code))
  }
}

function setOwn(object: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true })
}

/**
 * Asserts that two values are alike in every part, and that the same parts are the same objects.
 * (`deepStrictEqual` does not end on an error that is its own cause, and tells nothing of sharing.)
 */
export function assertSame(actual: unknown, expected: unknown): void {
  const counterparts = new Map<object, object>()
  const origins = new Map<object, object>()
  const pairs: [unknown, unknown][] = [[actual, expected]]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [ours, theirs] = pair
    if (!isObject(theirs) || !isObject(ours)) {
      assert.ok(Object.is(ours, theirs), `${String(ours)} is not ${String(theirs)}`)
      continue
    }
    const known = counterparts.get(theirs)
    const origin = origins.get(ours)
    assert.ok(known === undefined || known === ours, 'a shared part has become two')
    assert.ok(origin === undefined || origin === theirs, 'two parts have become one')
    if (known !== undefined) continue
    counterparts.set(theirs, ours)
    origins.set(ours, theirs)
    assert.equal(Object.getPrototypeOf(ours), Object.getPrototypeOf(theirs))
    const theirParts = partsOf(theirs)
    const ourParts = partsOf(ours)
    assert.equal(ourParts.length, theirParts.length)
    for (const [i, part] of ourParts.entries()) pairs.push([part, theirParts[i]])
  }
}

const boxes = [Number, String, Boolean, BigInt]
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** All that makes an object what it is, in order, beside its prototype. */
function partsOf(value: object): unknown[] {
  const own = Object.entries(value).flat(1)
  if (Array.isArray(value)) return [value.length, ...own]
  if (value instanceof Map) return [...value].flat(1)
  if (value instanceof Set) return [...value]
  if (ArrayBuffer.isView(value)) return [value.buffer, value.byteOffset, value.byteLength]
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)]
  if (value instanceof Error) {
    const { name, message, cause, errors } = value as AggregateError
    return [name, message, Object.hasOwn(value, 'cause'), cause, errors, ...own]
  }
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams)
    return [String(value)]
  const boxed = boxes.some(Box => value instanceof Box) ? value.valueOf() : undefined
  return [boxed, ...own]
}
