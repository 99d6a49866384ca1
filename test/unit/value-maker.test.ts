/** Values that the engine makes of the binary form are those of its own reader of JSON. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { QuickJS } from 'quickjs-wasi'
import t from 'tap'
import { BinaryWriter } from '../../executor/engine/quickjs/binary-value.ts'
import { type MakerExports, ValueMaker } from '../../executor/engine/quickjs/value-maker.ts'
import { anyCharacter } from '../support/any-character.ts'

const wasm = readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm')))
const vm = await QuickJS.create({ wasm: await WebAssembly.compile(wasm) })
const exports = vm._getExports() as ReturnType<QuickJS['_getExports']> & MakerExports
const maker = new ValueMaker(exports)

/** A description of a value and all of its properties, by the engine itself. */
const DESCRIBE = `(value => {
  const describe = v => typeof v !== 'object' || v === null
    ? typeof v + (Object.is(v, -0) ? '-0' : JSON.stringify(v))
    : (Array.isArray(v) ? 'array ' : '') + Object.isExtensible(v)
      + (Object.getPrototypeOf(v) === (Array.isArray(v) ? Array : Object).prototype)
      + Reflect.ownKeys(v).map(key => {
        const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(v, key)
        return JSON.stringify(key) + writable + enumerable + configurable + describe(value)
      }).join()
  return describe(value)
})`
const globalValue = vm.evalCode('globalThis')
const key = exports.wasm_malloc(5)
new Uint8Array(exports.memory.buffer).set(Buffer.from('made\0'), key)

/** What the engine says of the value that is made of a JSON text; `undefined` when none is made. */
const made = (json: string) => descriptionOf(maker.make(`j${json}`))

function descriptionOf(handle: number): string | undefined {
  if (handle === 0) return undefined
  exports.qjs_set_prop_string(globalValue.ptr, key, handle)
  exports.qjs_free_value(handle)
  return said(`${DESCRIBE}(made[0])`)
}

function said(code: string): string {
  const value = vm.evalCode(code)
  try {
    return value.toString()
  } finally {
    value.dispose()
  }
}

/** What it says of the value that its own `JSON.parse` makes. */
const parsed = (json: string) => said(`${DESCRIBE}(JSON.parse(${JSON.stringify(json)}))`)

const name = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.constantFrom(
    '__proto__',
    'toJSON',
    'length',
    'constructor',
    '',
    '0',
    '4294967294',
    'a\n',
    '\\',
  ),
  fc.nat().map(String),
)
const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 200 }),
  fc.constantFrom(
    '\ud800',
    '\udc00\ud800',
    '\0',
    'é'.repeat(99),
    'Ā'.repeat(99),
    '"\\\n'.repeat(40),
  ),
)
/** Numbers with decimals, of fewer and of more digits than a division is exact for. */
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.stringMatching(/^\d{1,18}$/))
  .chain(([whole, part]) =>
    fc.constantFrom(`${whole}.${part}`, `${whole % 1000n}.${part}`, `-0.${part}`, `0.${part}e3`),
  )
const json = fc
  .letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom('null', 'true', 'false', '-0', '1e400', '-1.5E-7', '123456789', '1234567890'),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => JSON.stringify(n)),
      decimal,
      text.map(part => JSON.stringify(part)),
      fc.array(tie('value'), { maxLength: 8 }).map(items => `[${items.join(',')}]`),
      fc
        .uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 8 })
        .map(
          parts => `{${parts.map(([key, part]) => `${JSON.stringify(key)}:${part}`).join(',')}}`,
        ),
    ),
  }))
  .value.map(String)

t.test('every JSON text comes out as the engine itself reads it', async t => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(json, value => assert.equal(made(value), parsed(value))),
      { numRuns: 1000 },
    ),
  )
})

t.test('long strings with escapes come out, narrow and wide, in texts of both widths', async t => {
  const parts = ['\\n', '\\u00e9', '\\u0101', '\\ud83d', '\\"', '\\\\', 'é', 'x', 'Ā', '😀']
  const long = fc
    .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 })
    .map(some => `"${some.map(part => part.repeat(70)).join('')}"`)
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(long, long, (a, b) =>
        assert.equal(made(`[${a},{${b}:1}]`), parsed(`[${a},{${b}:1}]`)),
      ),
    ),
  )
})

t.test('a string with escapes comes out, whatever its length', async t => {
  const length = fc.constantFrom(1, 2, 62, 63, 64, 65, 1023, 1024, 1025, 9000)
  const unit = fc.constantFrom(
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\f',
    '\\n',
    '\\r',
    '\\t',
    '\\u0041',
    'é',
  )
  const property = fc.property(length, fc.nat(), unit, fc.array(unit), (size, at, one, others) => {
    const letters = Array(size).fill('x')
    letters[at % size] = one
    letters.splice(0, others.length, ...others.slice(0, size))
    const string = `"${letters.join('')}"`
    assert.equal(made(`[${string},{${string}:1}]`), parsed(`[${string},{${string}:1}]`))
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }))
})

t.test('a string alone comes out as it is', async t => {
  const parts = fc.oneof(text, fc.constantFrom('😀', 'é', 'x', '\uffff'))
  const long = fc.array(parts, { maxLength: 3 }).map(some => some.join('').repeat(40))
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(long, string =>
        assert.equal(descriptionOf(maker.makeString(string)), parsed(JSON.stringify(string))),
      ),
    ),
  )
})

t.test('patched prototypes are not asked', async t => {
  vm.evalCode(`for (const key of ['a', '0', '__proto__x'])
    Object.defineProperty(Object.prototype, key, { set() { globalThis.ran = true }, configurable: true })`).dispose()
  const expected = parsed('[1]')
  t.equal(made('[1]'), expected)
  t.ok(made('{"a":1,"0":2}'))
  t.equal(vm.evalCode('globalThis.ran').toString(), 'undefined')
  vm.evalCode(`for (const key of ['a', '0', '__proto__x']) delete Object.prototype[key]`).dispose()
})

t.test('what is not JSON, or beyond the bounds, has no binary form', async t => {
  const writer = new BinaryWriter()
  for (const value of [
    '',
    '[',
    '[1',
    '[1,]',
    '{"a"',
    '{"a":',
    '{a:1}',
    '"open',
    '"open\\"',
    '"\\',
    'nul',
    '+1',
    '-',
    '1 2',
  ]) {
    t.equal(writer.write(`j${value}`), undefined, value)
  }
  t.equal(writer.write(`j${'['.repeat(501)}${']'.repeat(501)}`), undefined)
  const names = Array.from({ length: 70_000 }, (_, i) => `"n${i}":1`)
  t.equal(writer.write(`j{${names.join(',')}}`), undefined)
  t.equal(writer.write('j{"\\u0031":1}'), undefined)
  t.ok(writer.write('j[1]'), 'and the next value is written again')
})

t.test('names that are chosen to clash cost no more than others', async t => {
  // 31 times the first unit and the second: pairs of one sum, as long as one likes.
  const pairs = ['Aa', 'BB']
  const names = Array.from({ length: 2 ** 14 }, (_, i) =>
    Array.from({ length: 14 }, (_, bit) => pairs[(i >> bit) & 1]).join(''),
  )
  const writer = new BinaryWriter()
  const clashing = `j{${names.map(key => `"${key}":1`).join(',')}}`
  t.equal(writer.write(clashing), undefined)
})

t.test('a heap without room makes no value and no error that the guest sees', async t => {
  const value = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i, text: `text ${i}` })))
  exports.qjs_set_memory_limit(1)
  t.equal(maker.make(`j${value}`), 0)
  exports.qjs_set_memory_limit(0xffffffff)
  t.equal(vm.evalCode('1 + 1').toNumber(), 2)
  t.equal(made('[1]'), parsed('[1]'))
})

t.test('values that are freed leave nothing behind', async t => {
  const value = JSON.stringify([{ a: 'text', b: [1, 2.5, null] }, 'x'.repeat(1000)])
  const usage = () => {
    exports.qjs_run_gc()
    return exports.memory.buffer.byteLength
  }
  made(value)
  const before = usage()
  for (let i = 0; i < 20_000; i++) exports.qjs_free_value(maker.make(`j${value}`))
  t.equal(usage(), before)
})
