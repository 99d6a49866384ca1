/** What a token may take, and what the others have left. */

import t, { type Test } from 'tap'
import { Tokens } from '../../daemon/auth/tokens.ts'
import { fixture, get, post } from '../support/daemon.ts'
import { as, readTokens, secretOf, tokenDaemon } from '../support/token-daemon.ts'
import { digestOfFoo, wrongSecrets } from './attacks/access.ts'

function refused(t: Test, answer: Awaited<ReturnType<typeof post>>, detail: RegExp): void {
  t.match(answer, { status: 429, body: { code: 'TOKEN_LIMIT_EXCEEDED', status: 429, detail } })
  t.equal(answer.headers.get('content-type'), 'application/problem+json')
  t.match(answer.headers.get('retry-after'), /^[1-9]\d*$/)
}

/** The daemon of all tests but one; the last of them takes tokens away. */
const daemon = await tokenDaemon(
  t,
  [
    { name: 'ann', limits: { maxExecutions: 2 } },
    { name: 'bob' },
    { name: 'cid', limits: { requestsPerSecond: 1 } },
    { name: 'dan', limits: { bytesPerSecond: 100 } },
    { name: 'eve', limits: { maxBytesInFlight: 100 } },
    { name: 'fay', limits: { maxExecutions: 1 } },
  ],
  { LATCHD_TOOLS: fixture('tools/endless.ts') },
)
const { url } = daemon

t.test('executions of a token under way are bounded, and those of others not by it', async t => {
  // It stays in memory, which one that sleeps does not, and takes no worker from others.
  const source = 'never()'
  const all = await Promise.all(
    Array.from({ length: 6 }, () => post(`${url}/v1/executions`, { source }, as('ann'))),
  )
  const taken = all.filter(({ status }) => status === 202)
  t.equal(taken.length, 2, 'also of those that come at once')
  for (const answer of all) {
    if (answer.status !== 202)
      refused(t, answer, /2 of the token are under way, limit maxExecutions 2/)
  }
  t.equal((await post(`${url}/v1/execute`, { source: '1' }, as('bob'))).status, 200)
  await post(`${url}/v1/executions/${taken[0]?.body.executionId}/cancel`, undefined, as('ann'))
  t.equal((await post(`${url}/v1/execute`, { source: '1' }, as('ann'))).status, 200)
  t.equal((await post(`${url}/v1/execute`, { source: '1' }, as('ann'))).status, 200)
})

t.test('who asks again with an idempotency key takes nothing, and meets no limit', async t => {
  const send = (source: string, key: string) =>
    post(`${url}/v1/executions`, { source }, { ...as('fay'), 'idempotency-key': key })
  // Never waits, so it is under way until it is cancelled.
  const source = 'for (;;);'
  const first = await send(source, 'first')
  t.equal(first.status, 202)
  t.equal((await send(source, 'second')).status, 429)
  const { executionId } = first.body
  t.match(await send(source, 'first'), { status: 202, body: { executionId } })
  t.equal((await send('1', 'first')).status, 422)
  await post(`${url}/v1/executions/${executionId}/cancel`, undefined, as('fay'))
})

t.test('a token that has filled the queue leaves the others their part of it', async t => {
  const { url } = await tokenDaemon(
    t,
    [{ name: 'ann' }, { name: 'bob' }, { name: 'eve', limits: { maxQueued: 1 } }],
    { LATCHD_WORKERS: '1', LATCHD_MAX_QUEUE: '9' },
  )
  // Never waits, so it keeps the worker until it is cancelled.
  const busy = { source: 'for (;;);', limits: { cpuMs: 60_000 } }
  const first = await post(`${url}/v1/executions`, busy, as('ann'))
  while ((await get(`${url}/v1/info`, as('ann'))).body.active === 0);
  const send = async (name: string, count: number) => {
    const statuses: number[] = []
    for (let i = 0; i < count; i++) {
      // Turns are by the time that programs take: as long that a busy machine adds little to it.
      const source = `const end = Date.now() + 30; while (Date.now() < end); "${name} ${i}"`
      statuses.push((await post(`${url}/v1/executions`, { source }, as(name))).status)
    }
    return statuses
  }
  t.strictSame(await send('ann', 10), [...Array(9).fill(202), 429])
  t.strictSame(await send('bob', 4), [202, 202, 202, 429])
  t.strictSame(await send('eve', 1), [202])
  refused(
    t,
    await post(`${url}/v1/executions`, { source: '1' }, as('eve')),
    /1 of the token wait, limit maxQueued 1/,
  )
  await post(`${url}/v1/executions/${first.body.executionId}/cancel`, undefined, as('ann'))
  const started = async () => {
    const { data } = (await get(`${url}/v1/executions`, as('ann'))).body
    return data.filter((one: { status: string }) => one.status === 'completed')
  }
  while ((await started()).length < 13);
  const order = (await started())
    .sort((a: { startedAtMs: number }, b: { startedAtMs: number }) => a.startedAtMs - b.startedAtMs)
    .map((one: { output: { value: string } }) => one.output.value)
  const place = (name: string) => order.indexOf(name)
  t.ok(place('eve 0') < 6, `by turns: ${order}`)
  t.ok(place('bob 2') < place('ann 5'), `by turns: ${order}`)
})

t.test('requests and bytes of a token are bounded', async t => {
  t.equal((await get(`${url}/v1/info`, as('cid'))).status, 200)
  refused(t, await get(`${url}/v1/info`, as('cid')), /limit requestsPerSecond 1/)
  const large = { source: `"${'x'.repeat(1000)}"` }
  t.equal((await post(`${url}/v1/execute`, large, as('dan'))).status, 200)
  refused(t, await post(`${url}/v1/execute`, large, as('dan')), /limit bytesPerSecond 100/)
  refused(t, await post(`${url}/v1/execute`, large, as('eve')), /limit maxBytesInFlight 100/)
  t.equal((await get(`${url}/v1/info`, as('eve'))).status, 200)
})

t.test('tokens are kept as digests, and a file may hold nothing else', async t => {
  const tokens = new Tokens([{ name: 'ann', digest: digestOfFoo, scopes: ['read'], limits: {} }])
  t.match(tokens.identify('Bearer foo'), { name: 'ann', scopes: ['read'], seesAll: false })
  for (const wrong of wrongSecrets) {
    t.throws(() => tokens.identify(`Bearer ${wrong}`), { code: 'UNAUTHENTICATED' }, wrong)
  }
  const config = readTokens(t, [{ name: 'ann' }])
  t.notMatch(JSON.stringify(config), secretOf('ann'))
})

t.test('tokens that are read again hold from then on, and what others have open ends', async t => {
  const events = async (name: string) =>
    (await fetch(`${url}/v1/events`, { headers: as(name) })).body?.getReader()
  const [ann, bob] = [await events('ann'), await events('bob')]
  for (const one of [ann, bob]) await one?.read()
  const socket = new WebSocket(url.replace('http', 'ws').concat('/v1/connect'), [
    'latchd.1',
    `latchd.token.${Buffer.from(secretOf('ann')).toString('base64url')}`,
  ])
  const closed = new Promise<number>(resolve => {
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  await new Promise(resolve => socket.addEventListener('open', resolve))

  const next = readTokens(t, [{ name: 'bob' }, { name: 'fay' }])
  t.equal(
    daemon.reload(() => next),
    true,
  )
  const answers = ['ann', 'bob', 'fay'].map(name => get(`${url}/v1/info`, as(name)))
  t.strictSame(
    (await Promise.all(answers)).map(({ status }) => status),
    [401, 200, 200],
  )
  t.equal((await ann?.read())?.done, true, 'its events end')
  t.equal(await closed, 4401, 'its connection too')
  await post(`${url}/v1/execute`, { source: '1' }, as('bob'))
  t.equal((await bob?.read())?.done, false, 'those of a token that stays go on')
  await bob?.cancel()
})
