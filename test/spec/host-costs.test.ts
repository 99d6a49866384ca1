/** What a program makes the host do costs its own execution, and nobody waits for it. */

import t, { type Test } from 'tap'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { latencyBeside } from '../support/latency-beside.ts'

const { url } = await testDaemon(t, {
  LATCHD_TOOLS: fixture('tools/approved.mjs'),
  LATCHD_FETCH_ALLOW: '*',
})

/** A value of few objects that is 2 ** 28 when it is written out. */
const SHARED = 'let x = ["a"]; for (let i = 0; i < 28; i++) x = [x, x];'

/** Runs a program many times while others run a trivial one, and holds their latencies. */
async function harmless(t: Test, source: string, fields: object = {}) {
  const run = () => post(`${url}/v1/execute`, { source, waitMs: 20_000, ...fields })
  const { answers, isHarmless, text } = await latencyBeside(url, run)
  t.ok(isHarmless, text)
  return answers[0]?.body
}

t.test('shared references in what a person is shown', async t => {
  const source = `${SHARED} try { human_approval('please', x) } catch (error) { [error.name, error.code] }`
  const { output } = await harmless(t, source)
  t.strictSame(output?.value, ['RangeError', 'LIMIT_EXCEEDED'])
})

t.test(
  'shared references in a call that needs an approval, and in the body of a request',
  async t => {
    for (const call of [
      'pay(x)',
      `fetch_url('http://example.invalid', { method: 'POST', body: x })`,
    ]) {
      const source = `${SHARED} try { ${call} } catch (error) { error.code }`
      const { output } = await harmless(t, source)
      t.equal(output?.value, 'LIMIT_EXCEEDED', call)
    }
  },
)

t.test('shared references that come to little are sent as they are', async t => {
  const source = `const one = { a: 1 }
    const rows = Array.from({ length: 1000 }, () => one)
    echo(rows).every(row => row.a === 1)`
  const { body } = await post(`${url}/v1/execute`, { source })
  t.equal(body.output?.value, true, body.error?.message)
})

t.test('a graph whose every part knows all others has no end when it is written out', async t => {
  const source = `const all = Array.from({ length: 40 }, () => [])
    for (const one of all) one.push(...all)
    try { pay(all) } catch (error) { error.code }`
  const { output } = await harmless(t, source)
  t.equal(output?.value, 'LIMIT_EXCEEDED')
})

t.test('arguments of calls that wait for a person are bounded together', async t => {
  const limits = { maxCallBytes: 104_857 }
  const source = `const text = 'x'.repeat(100_000)
    const asked = Array.from({ length: 36 }, (_, i) => human_approval.async('a' + i, text))
    for (const one of asked.slice(33)) try { await one } catch (error) { console.log(error.code) }
    human_approval('the last')`
  const { body } = await post(`${url}/v1/execute`, { source, limits, waitMs: 20_000 })
  const place = `${url}/v1/executions/${body.executionId}`
  let { waitingFor, logs } = body
  while (waitingFor?.length !== 34) ({ waitingFor, logs } = (await get(place)).body)
  t.equal(logs.length, 3, '33 of a hundred thousand characters are as much as 32 of the limit')
  t.ok(logs.every(({ text }: { text: string }) => text === 'LIMIT_EXCEEDED'))
  t.equal((await post(`${place}/cancel`, undefined)).status, 200)
})

t.test('empty lines of the log are bounded too', async t => {
  const source = 'for (let i = 0; i < 20_000; i++) console.log("")'
  const { logs, logsTruncatedBytes, status } = await harmless(t, source)
  t.equal(status, 'completed')
  t.equal(logs.length, 8193)
  t.equal(logsTruncatedBytes, 20_000 - 8192)
})

t.test('a person is shown all that the tool gets', async t => {
  const source = `pay({
      amount: Infinity, rest: [NaN, -0], big: 12n,
      order: Object.assign(new Error('for alice', { cause: 'why' }), { beneficiary: 'mallory' }),
    })`
  const { body } = await post(`${url}/v1/execute`, { source, waitMs: 20_000 })
  const [{ approvalId }] = body.waitingFor
  const answer = await fetch(`${url}/v1/approvals/${approvalId}`)
  const { input } = (await answer.json()) as { input: unknown }
  const order = { beneficiary: 'mallory', cause: 'why', name: 'Error', message: 'for alice' }
  const shown = { amount: 'Infinity', rest: ['NaN', '-0'], big: '12', order }
  t.strictSame(Array.isArray(input) ? input[0] : input, shown)
})

t.test('what nests too deep to be shown is not asked for', async t => {
  const source = `let x = 'hidden'; for (let i = 0; i < 600; i++) x = [x]
    try { pay(x) } catch (error) { error.message }`
  const { body } = await post(`${url}/v1/execute`, { source, waitMs: 20_000 })
  t.match(body.output?.value, /^Cannot ask for an approval of pay: .* to be shown$/)
})

t.test('a list of holes is not written out', async t => {
  const source = `try { human_approval('ok?', Array(1e9)) } catch (error) { error.message }`
  for (const [limits, reason] of [
    [{ maxCallBytes: 16_777_216 }, /holes of lists they are more than 33554432 bytes/],
    [{}, /holes of lists they are more than 8388608 bytes/],
  ] as const) {
    const { answers, isHarmless, text } = await latencyBeside(url, () =>
      post(`${url}/v1/execute`, { source, limits }),
    )
    for (const { body } of answers) t.match(body.output?.value, reason)
    t.ok(isHarmless, text)
  }
  const some = `human_approval.async('ok?', Array(20_000)).catch(error => error.message)`
  const { body } = await post(`${url}/v1/execute`, { source: some })
  t.match(body.output?.value, /nested too deeply, or too long, to be shown/)
})
