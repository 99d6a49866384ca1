/** What went in and out of calls, as it is kept for people. */

import t from 'tap'
import { Secrets } from '../../daemon/redaction/secrets.ts'
import { CallTexts, MAX_CALL_TEXT, MAX_CALL_TEXTS } from '../../executor/record/call-texts.ts'
import { collectGarbage } from '../../executor/worker/garbage.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import { patience } from '../support/patience.ts'

const textOf = (value: unknown) => new CallTexts(undefined).of(encodeValue(value, 'value'))

t.test('JSON stays JSON, exact values are inspected', async t => {
  t.equal(textOf({ a: [1, 'x'] }), '{"a":[1,"x"]}')
  t.equal(textOf(new Map([['a', 1n]])), "Map(1) { 'a' => 1n }")
  t.equal(textOf(undefined), 'undefined')
})

t.test('a text is cut, and all of them together are bounded', async t => {
  const texts = new CallTexts(undefined)
  const long = encodeValue('x'.repeat(5000), 'value')
  let length = 0
  let text = texts.of(long)
  for (; text !== undefined; text = texts.of(long)) {
    t.equal(text.length, MAX_CALL_TEXT)
    length += text.length
  }
  t.ok(length >= MAX_CALL_TEXTS && length < MAX_CALL_TEXTS + MAX_CALL_TEXT)
})

t.test('a secret is taken out, also one that is cut in two', async t => {
  const secret = 'a-secret-that-nobody-is-to-see'
  const texts = new CallTexts(new Secrets([secret]))
  for (const before of [0, MAX_CALL_TEXT - 10]) {
    const text = texts.of(encodeValue(`${'x'.repeat(before)}${secret}`, 'value'))
    t.notMatch(text, secret.slice(0, 8))
  }
})

t.test('a small value whose parts are shared a million times is told at once', async t => {
  let shared: unknown = new Map()
  for (let depth = 0; depth < 20; depth++) {
    const inner = shared
    shared = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, inner]))
  }
  const fromMs = performance.now()
  t.ok((textOf(shared)?.length ?? 0) <= MAX_CALL_TEXT)
  t.ok(performance.now() - fromMs < patience(500))
})

t.test('a short text does not keep the long one in memory', async t => {
  const texts = new CallTexts(undefined)
  const MIB = 1024 * 1024
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: 16 }, (_, i) =>
    texts.of(encodeValue(`${i}`.padEnd(MIB, 'x'), 'value')),
  )
  collectGarbage()
  const heldBytes = process.memoryUsage().heapUsed - before
  t.ok(heldBytes < 4 * MIB, `${heldBytes} bytes for ${kept.length} texts`)
})
