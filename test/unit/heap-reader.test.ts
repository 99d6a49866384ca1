/** The reader of plain values writes what the encoder writes, or refuses, whatever the memory holds. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { QuickJS } from 'quickjs-wasi'
import t from 'tap'
import { earlierTexts } from '../../executor/boundary/earlier-requests.ts'
import type { GuestRequest } from '../../executor/boundary/messages.ts'
import { requestText } from '../../executor/boundary/request-fingerprint.ts'
import type { HeapLayout } from '../../executor/engine/quickjs/heap-fields.ts'
import { findHeapLayout } from '../../executor/engine/quickjs/heap-layout.ts'
import { HeapReader } from '../../executor/engine/quickjs/heap-reader.ts'
import { encode } from '../../executor/guest/codec/encode.ts'
import { decodeValue } from '../../protocol/values/values.ts'
import { anyCharacter } from '../support/any-character.ts'
import { isLong } from '../support/length.ts'

const wasm = readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm')))
const vm = await QuickJS.create({ wasm: await WebAssembly.compile(wasm) })
const { memory } = vm._getExports()
const layout = findHeapLayout(vm) as HeapLayout

/** A program as a function of its own, which returns what its last statement is. */
const wrapped = (code: string) =>
  `(() => { ${code.replace(/[^;]*$/, last => ` return ${last}`)} })()`

/** What the reader makes of the value of a program. */
const read = (code: string) => readValue(wrapped(code))

/** What the reader makes of the value of an expression. */
function readValue(code: string): string | undefined {
  const value = vm.evalCode(code)
  try {
    return new HeapReader(memory, layout).read(value.ptr)?.toString()
  } finally {
    value.dispose()
  }
}

const parsed = (value: unknown) => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`

t.test('the pinned engine has the layout that is expected', async t => {
  t.type(layout, 'object')
})

/** The request of a call with these arguments. */
const callWith = (input: string): GuestRequest => ({
  kind: 'call',
  callNumber: 1,
  tool: 0,
  input,
  isBlocking: true,
  atMs: 0,
})

t.test('a tree of JSON is written as JSON, and known in the words of the encoder', async t => {
  const isPlainName = (key: string) => !/^(toJSON|__proto__|[1-9]\d{9})$/.test(key)
  const tree = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => n + 0 || 0),
      fc.string({ unit: anyCharacter }),
      fc.array(tie('value'), { maxLength: 8 }),
      fc.dictionary(
        fc.oneof(fc.string().filter(isPlainName), fc.nat({ max: 300 }).map(String)),
        tie('value'),
        { maxKeys: 8, noNullPrototype: true },
      ),
    ),
  })).value
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 6 }), value => {
        const text = readValue(parsed(value))
        assert.equal(text, `j${JSON.stringify(value)}`)
        assert.deepEqual(decodeValue(text as string), value)
        // Without the reader, the prelude's encoder walks the value.
        const walked = encode(value, 'value') as string
        const recorded = requestText(callWith(walked), () => 'echo')
        assert.ok(earlierTexts(callWith(text as string), () => 'echo').includes(recorded))
      }),
      { numRuns: 400 },
    ),
  )
})

t.test('a string is written as JSON, whatever it was put together from', async t => {
  const part = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.constantFrom('\ud800', '\udc00', '\0"\\'),
  )
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.nat(), fc.nat(), (parts, from, to) => {
        const code = `let s = ''; for (const part of ${JSON.stringify(parts)}) s = s + part + s; s.slice(${from} % (s.length + 1)).slice(0, ${to} % (s.length + 1))`
        assert.equal(read(code), `j${JSON.stringify(vm.evalCode(wrapped(code)).toString())}`)
      }),
      { numRuns: 200 },
    ),
  )
})

t.test('a number is written as JSON', async t => {
  const number = fc.oneof(
    fc.integer(),
    fc.constantFrom(-(2 ** 31), 2 ** 31, 2 ** 31 - 1, 0.001, 1e-7, 21474836.47, 21474836.48, -0.05),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter(value => !Object.is(value, -0)),
    // With one to three decimals.
    fc.tuple(fc.integer(), fc.constantFrom(10, 100, 1000)).map(([whole, part]) => whole / part),
    fc
      .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.constantFrom(10, 100, 1000))
      .map(([whole, part]) => whole / part),
  )
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(number.filter(value => !Object.is(value, -0))), numbers => {
        const text = JSON.stringify(numbers)
        assert.equal(readValue(text), `j${text}`)
      }),
      { numRuns: 1000 },
    ),
  )
})

t.test('what the encoder writes otherwise, or refuses, is refused', async t => {
  for (const code of [
    'undefined',
    '[undefined]',
    '({ a: undefined })',
    '[, 1]',
    'Array(3)',
    '[NaN]',
    '[-0]',
    '[Infinity]',
    '[10n]',
    '[Symbol.iterator]',
    '[() => 1]',
    '[class {}]',
    '[Promise.resolve(1)]',
    'new Date(0)',
    'new Map([[1, 2]])',
    'new Set([1])',
    'new Uint8Array(8)',
    'new Error("x")',
    '/x/',
    'Object("boxed")',
    'Object(1)',
    'new Proxy([1], {})',
    'new Proxy({ a: 1 }, { get() { return 2 } })',
    'Object.create(null)',
    'Object.create({ a: 1 })',
    'new (class A { x = 1 })()',
    'class B extends Array {}; new B(1, 2)',
    '({ get a() { return 1 } })',
    'Object.defineProperty([1], 0, { get() { return 1 } })',
    'const named = [1]; named.name = 1; named',
    'const short = [1, 2]; short.length = 5; short',
    '({ toJSON() { return 1 } })',
    '({ toJSON: 1 })',
    'JSON.parse(\'{"__proto__":1}\')',
    'const twice = {}; [twice, twice]',
    'const self = []; self.push(self); self',
    '(function () { return arguments })(1, 2)',
    '({ 4294967294: 1, a: 2 })',
    'globalThis',
    'let deep = []; for (let i = 0; i < 500; i++) deep = [deep]; deep',
  ]) {
    t.equal(read(code), undefined, code)
  }
})

t.test('a patched prototype makes every tree go the long way, and no getter runs', async t => {
  const patches: readonly (readonly [patch: string, undo: string])[] = [
    ['Object.prototype.toJSON = () => 1', 'delete Object.prototype.toJSON'],
    [
      'Object.defineProperty(Object.prototype, "toJSON", { get() { globalThis.ran = true }, configurable: true })',
      'delete Object.prototype.toJSON',
    ],
    ['Array.prototype.toJSON = () => 1', 'delete Array.prototype.toJSON'],
    [
      'Object.setPrototypeOf(Array.prototype, null)',
      'Object.setPrototypeOf(Array.prototype, Object.prototype)',
    ],
  ]
  for (const [patch, undo] of patches) {
    vm.evalCode(patch).dispose()
    t.equal(read('[{ a: [1] }]'), undefined, patch)
    vm.evalCode(undo).dispose()
  }
  t.equal(vm.evalCode('globalThis.ran').toString(), 'undefined')
  t.equal(read('[{ a: [1] }]'), 'j[{"a":[1]}]')
})

t.test(
  'hidden, deleted and symbol properties are left out, as the encoder leaves them out',
  async t => {
    t.equal(
      read(
        'const o = { a: 1, [Symbol()]: 2, b: 3, c: 4 }; delete o.b; Object.defineProperty(o, "h", { value: 1 }); o',
      ),
      'j{"a":1,"c":4}',
    )
  },
)

t.test('a value that is too large is refused, however little memory it takes', async t => {
  t.equal(read('let s = "x".repeat(1e6); Array(100).fill(s)'), undefined)
  t.equal(read('let s = "x".repeat(100); Array(200000).fill(s)'), undefined)
  for (const name of ['"x".repeat(900)', '"\\u0100".repeat(900)']) {
    const code = `let n = ${name}; Array.from({ length: 20000 }, () => ({ [n]: 1 }))`
    t.equal(read(code), undefined, name)
  }
  t.equal(read('Array(500_000).fill(1)'), undefined)
  t.equal(read('let s = "ab"; for (let i = 0; i < 27; i++) s += s; s'), undefined)
})

t.test('bytes that are flipped make it read other bytes of the guest or refuse, soon', async t => {
  const value = vm.evalCode(
    '[{ a: [1, "two", { three: 3.5 }], b: "x" + "y".repeat(20) }, "é€", [[[]]]]',
  )
  const clean = new Uint8Array(memory.buffer).slice()
  const words = new Uint32Array(clean.buffer)
  /** The bytes that a reading comes to: those of the records that it follows. */
  const near = new Set<number>()
  const follow = (at: number, depth: number) => {
    for (let i = 0; i < 48; i++) near.add(at + i)
    if (depth === 0) return
    for (let i = 0; i < 48; i += 4) {
      const to = words[(at + i) >> 2] ?? 0
      if (to > 65_536 && to < clean.length - 64 && to % 4 === 0) follow(to, depth - 1)
    }
  }
  follow(value.ptr, 4)
  const places = [...near]
  const damaged = clean.slice()
  const reader = new HeapReader({ buffer: damaged.buffer } as WebAssembly.Memory, layout)
  const expected = reader.read(value.ptr)
  t.type(expected, 'string')
  let slowestMs = 0
  let changed = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      flips => {
        for (const [place, byte] of flips) damaged[places[place % places.length] as number] = byte
        const before = process.threadCpuUsage()
        const text = reader.read(value.ptr)
        const { user, system } = process.threadCpuUsage(before)
        slowestMs = Math.max(slowestMs, (user + system) / 1000)
        if (text !== expected) changed++
        for (const [place] of flips) {
          const at = places[place % places.length] as number
          damaged[at] = clean[at] as number
        }
      },
    ),
    { numRuns: isLong ? 8000 : 4000 },
  )
  value.dispose()
  t.ok(changed > (isLong ? 500 : 250), `${changed} of the readings met what was flipped`)
  // Of this thread's computing: what others do meanwhile says nothing.
  t.ok(slowestMs < 5000, `the slowest took ${slowestMs} ms`)
})

t.test(
  'shared objects are refused wherever they stand, and depth up to the bound is not',
  async t => {
    t.equal(read('const o = { a: 1 }; [{ o }, [[o]]]'), undefined)
    t.equal(read('const list = []; const o = { list }; list.push(o); o'), undefined)
    const deepest = read('let deep = []; for (let i = 0; i < 499; i++) deep = [deep]; deep')
    t.equal(deepest, `j${'['.repeat(500)}${']'.repeat(500)}`)
  },
)
