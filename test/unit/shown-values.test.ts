/** How much a form for a decision may say: it is made on the host's thread, for a person's eyes. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { plainJson, plainJsonOfEncoded } from '../../executor/boundary/plain-json.ts'
import { encodeValue } from '../../protocol/values/values.ts'

/** A value that is written 2 ** times as often as it stands in memory. */
function doubled(value: unknown, times: number): unknown {
  let all = value
  for (let i = 0; i < times; i++) all = [all, all]
  return all
}

t.test('a value that is shared again and again has no form that anybody could see', async t => {
  const most = 32 * 1024 * 1024
  for (const value of [new Uint8Array(1000), ['a'], new Map([[1, 2]])]) {
    t.equal(plainJson(doubled(value, 20), most, { isForDecision: true }), undefined)
  }
})

t.test('a long list has one, and so has a long text', async t => {
  const list = Array.from({ length: 200_000 }, (_, i) => i)
  t.strictSame(JSON.parse(plainJson(list, Infinity, { isForDecision: true }) ?? ''), list)
  const text = 'a'.repeat(8_000_000)
  t.equal(plainJson(text, Infinity, { isForDecision: true })?.length, text.length + 2)
})

t.test('a form that no person decides on is bounded by its length alone', async t => {
  t.equal(plainJson(doubled(1, 18), Infinity)?.length, 4 * 2 ** 18 - 3)
})

const forDecision = (value: unknown) => plainJson(value, Infinity, { isForDecision: true })

t.test('the form of a plain value is its text', async t => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), value => {
        const encoded = encodeValue(value)
        // JSON has no negative zero.
        if (encoded.startsWith('j'))
          assert.equal(plainJsonOfEncoded(encoded, Infinity), forDecision(value))
        else assert.equal(plainJsonOfEncoded(encoded, Infinity), undefined)
      }),
    ),
  )
})

t.test('a text that may be beyond the bounds of a form is none', async t => {
  let deep: unknown = []
  for (let depth = 1; depth < 500; depth++) deep = [deep]
  t.equal(plainJsonOfEncoded(encodeValue(deep), Infinity), forDecision(deep))
  t.equal(plainJsonOfEncoded(encodeValue([deep]), Infinity), forDecision([deep]))
  const list = Array(249_999).fill(1)
  t.ok(plainJsonOfEncoded(encodeValue(list), Infinity) === forDecision(list))
  t.equal(plainJsonOfEncoded(encodeValue([...list, 1]), Infinity), undefined)
  const wide = Array.from({ length: 125_000 }, () => ({ a: 1 }))
  t.equal(plainJsonOfEncoded(encodeValue(wide), Infinity), undefined)
  const texts = Array(1000).fill(',[{"'.repeat(1000))
  t.ok(plainJsonOfEncoded(encodeValue(texts), Infinity) === forDecision(texts))
  t.equal(plainJsonOfEncoded(encodeValue('four'), 5), undefined)
  t.equal(plainJsonOfEncoded(encodeValue('four'), 6), '"four"')
})
