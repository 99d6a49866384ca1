/** How much a form for a decision may say: it is made on the host's thread, for a person's eyes. */

import t from 'tap'
import { plainJson } from '../../executor/boundary/plain-json.ts'

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
