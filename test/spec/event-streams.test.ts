/** Streams of events: how they begin, go on and end, for proxies and for an `EventSource`. */

import t, { type Test } from 'tap'
import { EventSource } from 'undici'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import { Latchd } from '../../sdk/index.ts'
import { asked } from '../support/approvals.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const tools = { LATCHD_TOOLS: fixture('tools/approval-tools.ts') }

function client(t: Test, url: string): Latchd {
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  return latchd
}

async function submit(url: string, source: string): Promise<string> {
  return (await post(`${url}/v1/executions`, { source })).body.executionId
}

/** Opens the stream of an execution; the test's end leaves it. */
async function open(t: Test, url: string, headers: Record<string, string> = {}) {
  const left = new AbortController()
  t.teardown(() => left.abort())
  return await fetch(url, { headers, signal: left.signal })
}

/** Opens a stream that ends, and gives the numbers of its events. */
async function numbers(url: string, after: string): Promise<[number, number[]]> {
  const response = await fetch(url, { headers: { 'last-event-id': after } })
  const text = await response.text()
  return [response.status, [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))]
}

t.test('no proxy holds a stream of events back', async t => {
  const { url } = await testDaemon(t)
  const id = await submit(url, 'sleep(20)')
  for (const path of [`/v1/executions/${id}/events`, '/v1/events']) {
    const { status, headers } = await open(t, url + path)
    t.equal(status, 200, path)
    t.equal(headers.get('x-accel-buffering'), 'no')
    t.equal(headers.get('cache-control'), 'no-cache, no-transform')
    t.equal(headers.get('content-type'), 'text/event-stream')
    t.equal(headers.get('x-content-type-options'), 'nosniff')
  }
  const other = await fetch(`${url}/v1/executions/${id}`)
  t.equal(other.headers.get('cache-control'), 'no-store')
})

t.test('nothing more of an ended execution is 204', async t => {
  const { url } = await testDaemon(t)
  const latchd = client(t, url)
  const durable = await submit(url, 'console.log(1); 2')
  const events: ExecutionEvent[] = []
  for await (const event of latchd.events(durable)) events.push(event)
  const volatile = (await latchd.execute({ source: 'console.log(1); 2' })).executionId
  for (const id of [durable, volatile]) {
    const path = `${url}/v1/executions/${id}/events`
    t.strictSame(await numbers(path, '3'), [204, []])
    t.strictSame(await numbers(path, '99999'), [204, []])
    t.strictSame(await numbers(path, '2'), [200, [3]])
    t.strictSame(await numbers(path, '0'), [200, [1, 2, 3]])
    t.strictSame(await numbers(path, ''), [200, [1, 2, 3]])
    for (const after of [3, 7]) {
      for await (const event of latchd.events(id, { after })) t.fail('no event', event)
    }
  }
})

t.test('Last-Event-ID that is the number of no event is refused', async t => {
  const { url } = await testDaemon(t)
  const id = await submit(url, 'human_approval("go on?")')
  const [{ approvalId }] = await asked(client(t, url), id)
  const path = `${url}/v1/executions/${id}/events`
  for (const after of ['one', '-1', '1.5', '0x1', '1e3', '99999']) {
    const response = await fetch(path, { headers: { 'last-event-id': after } })
    t.equal(response.status, 400, after)
    const { code, errors } = await response.json()
    t.match([code, errors], ['INVALID_REQUEST', [{ pointer: '/last-event-id' }]], after)
  }
  const rest = numbers(path, '3')
  await client(t, url).approvals.approve(approvalId)
  const [status, ids] = await rest
  t.equal(status, 200)
  t.strictSame(ids, [4, 5, 6, 7, 8].slice(0, ids.length))
})

t.test('an EventSource stops after the end', async t => {
  const { url } = await testDaemon(t)
  let asks = 0
  const id = await submit(url, 'console.log(1); 2')
  const source = new EventSource(`${url}/v1/executions/${id}/events`)
  t.teardown(() => source.close())
  const { promise, resolve } = Promise.withResolvers<void>()
  let ends = 0
  source.addEventListener('execution-ended', () => ends++)
  source.addEventListener('open', () => asks++)
  source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve())
  await promise
  t.strictSame([asks, ends], [1, 1])
})

t.test('a stream goes on after a retry of what was stuck, and has no gap', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t) }
  const first = await testDaemon(t, { ...env, ...tools })
  const id = await submit(first.url, 'human_approval("pay?"); transfer("Ann", 5)')
  const [{ approvalId }] = await asked(client(t, first.url), id)
  await first.close()

  // Without the tool that the execution is about to use.
  const second = await testDaemon(t, env)
  const without = client(t, second.url)
  await without.approvals.approve(approvalId)
  const told: number[] = []
  for await (const event of without.events(id)) if ('sequence' in event) told.push(event.sequence)
  const stuckAt = told.at(-1) as number
  const path = `/v1/executions/${id}/events`
  // Nothing is to come until somebody retries it; yet it is no end.
  const again = await open(t, second.url + path, { 'last-event-id': String(stuckAt) })
  t.equal(again.status, 200)
  t.match(await without.wait(id), { status: 'stuck' })
  await second.close()

  const third = await testDaemon(t, { ...env, ...tools })
  const latchd = client(t, third.url)
  const rest = numbers(third.url + path, String(stuckAt))
  const followed = (async () => {
    const types: string[] = []
    for await (const { type } of latchd.events(id, { after: stuckAt })) types.push(type)
    return types
  })()
  await latchd.retry(id)
  t.match(await latchd.wait(id), { status: 'completed', output: '5 to Ann' })
  const [status, ids] = await rest
  const end = ids.at(-1) as number
  const every = Array.from({ length: end }, (_, i) => i + 1)
  t.equal(status, 200)
  t.strictSame(ids, every.slice(stuckAt))
  t.equal((await followed).at(-1), 'execution-ended')
  t.strictSame(await numbers(third.url + path, '0'), [200, every], 'in one stream from the first')
  t.strictSame(await numbers(third.url + path, String(end)), [204, []])
})
