/** The host's half of the codec: which values are plain, and long texts that are not parsed. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decodeValue, encodeValue } from '../../protocol/values/values.ts'
import { anyCharacter } from '../support/any-character.ts'

t.test('a long string comes back as it is, alone and in a list', async t => {
  const part = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 6 }),
    fc.constantFrom('"', '\\', '\\"', '\ud800', '\n', '",', '"]', ']'),
  )
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.boolean(), (parts, isPadded) => {
        const padding = 'é'.repeat(3000)
        const text = isPadded ? padding + parts.join(padding) : `${padding}x${parts.join('')}`
        for (const value of [text, [text], [text, text], [[text]], { text }]) {
          assert.deepEqual(decodeValue(encodeValue(value)), value)
        }
      }),
      { numRuns: 60 },
    ),
  )
})

t.test('a long text that is not JSON is refused', async t => {
  const long = 'x'.repeat(5000)
  for (const text of [`j["${long}"`, `j"${long}`, `j["${long}"}`, `j"${long}"]`, `j[${long}]`]) {
    t.throws(() => decodeValue(text), SyntaxError, text.slice(-4))
  }
})

t.test('only what JSON writes as the exact form would is plain', async t => {
  const shared = {}
  for (const value of [
    [undefined],
    Array(2),
    [Number.NaN],
    [-0],
    [1n],
    [new Date(0)],
    new Map(),
    [shared, shared],
    Object.create(null),
    new (class A {
      x = 1
    })(),
    { toJSON: 1 },
    Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 5 }),
    Object.assign([1], { toJSON: () => 5 }),
    {
      get a() {
        return 1
      },
    },
  ]) {
    t.equal(encodeValue(value)[0], 'd')
  }
  t.equal(encodeValue({ a: [1, { b: null }], [Symbol()]: 2 }), 'j{"a":[1,{"b":null}]}')
  t.equal(encodeValue(Object.defineProperty({ a: 1 }, 'hidden', { value: 2 })), 'j{"a":1}')
})

t.test('a getter of a result runs once', async t => {
  let runs = 0
  const text = encodeValue({
    list: [1, 2],
    get count() {
      return ++runs
    },
  })
  t.equal(runs, 1)
  t.strictSame(decodeValue(text), { list: [1, 2], count: 1 })
})
