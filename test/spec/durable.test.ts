/** Executions that outlive the daemon: stopped here, started again on the same folder. */

import t, { type Test } from 'tap'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { Latchd, type LatchdOptions } from '../../sdk/index.ts'
import { made } from '../fixtures/tools/approval-tools.ts'
import { asked } from '../support/approvals.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

const tools = { LATCHD_TOOLS: fixture('tools/approval-tools.ts') }

function client(t: Test, options: LatchdOptions): Latchd {
  const latchd = new Latchd(options)
  t.teardown(() => latchd.close())
  return latchd
}

/** Starts daemons one after the other on one folder, and on one port if that is wanted. */
function inARow(t: Test, fixed: Record<string, string> = {}) {
  const env = { LATCHD_STATE_DIR: stateFolder(t), ...fixed }
  return (more: Record<string, string> = {}) => testDaemon(t, { ...env, ...more })
}

const portOf = (url: string) => ({ LATCHD_PORT: new URL(url).port })

/** The execution when it has ended, or is stuck. */
async function end(latchd: Latchd, executionId: string): Promise<Execution> {
  for await (const event of latchd.events(executionId)) {
    if (event.type === 'execution-ended') return event.execution
  }
  return await latchd.get(executionId)
}

const texts = ({ logs }: Execution) => logs.map(({ text }) => text)

t.test('what was accepted goes on after a restart, what was not ends with the daemon', async t => {
  const daemon = inARow(t)
  const first = await daemon()
  const source = `console.log('before'); sleep(1500); console.log('after'); 'slept'`
  const accepted = [
    await post(`${first.url}/v1/execute`, { source, waitMs: 20 }),
    await post(`${first.url}/v1/executions`, { source }),
    await post(`${first.url}/v1/execute`, { source, waitMs: 0 }, { 'idempotency-key': 'k' }),
  ]
  t.strictSame(
    accepted.map(({ status }) => status),
    [202, 202, 202],
  )
  const kept = await post(`${first.url}/v1/execute`, { source: '1 + 1', durable: true })
  t.equal(kept.status, 200)
  const volatile = await post(`${first.url}/v1/execute`, { source: '1 + 1' })
  await first.close()

  const { url } = await daemon()
  const latchd = client(t, { url })
  for (const { body } of accepted) {
    const execution = await end(latchd, body.executionId)
    t.match(execution, { status: 'completed', output: { value: 'slept' } })
    t.strictSame(texts(execution), ['before', 'after'])
  }
  const later = await latchd.get(kept.body.executionId)
  t.match(later, { status: 'completed', output: { value: 2 }, endedAtMs: kept.body.endedAtMs })
  await t.rejects(latchd.get(volatile.body.executionId), { code: 'NOT_FOUND' })
  t.strictSame(
    (await latchd.list()).data.map(({ executionId }) => executionId),
    [kept, ...accepted.toReversed()].map(({ body }) => body.executionId),
  )
})

t.test('calls that had ended are not made again', async t => {
  made.length = 0
  const daemon = inARow(t, tools)
  const first = await daemon()
  const source = `const paid = transfer('Ann', 10)
    console.log(Math.random(), Date.now(), crypto.randomUUID())
    const { approved } = human_approval('more?')
    ;[paid, approved && transfer('Bob', 20)]`
  const { body } = await post(`${first.url}/v1/executions`, { source })
  const before = client(t, { url: first.url })
  const [{ approvalId }] = await asked(before, body.executionId)
  const [line] = texts(await before.get(body.executionId))
  await first.close()

  const latchd = client(t, { url: (await daemon()).url })
  await latchd.approvals.approve(approvalId)
  const execution = await end(latchd, body.executionId)
  t.match(execution, { status: 'completed', output: { value: ['10 to Ann', '20 to Bob'] } })
  t.strictSame(texts(execution), [line], 'clock and chance are those of the first time')
  t.strictSame(made, [
    { to: 'Ann', amount: 10 },
    { to: 'Bob', amount: 20 },
  ])
  t.strictSame(
    execution.calls.map(({ tool, status }) => `${tool} ${status}`),
    ['transfer completed', 'human_approval completed', 'transfer completed'],
  )
})

t.test('an idempotency key', async t => {
  const daemon = inARow(t, {
    ...tools,
    LATCHD_TOKENS: 'ann:secret-of-ann:execute+read,bob:secret-of-bob:execute+read',
  })
  const first = await daemon()
  let { url } = first
  const as = (name: string, key: string) => ({
    authorization: `Bearer secret-of-${name}`,
    'idempotency-key': key,
  })
  const body = { source: 'transfer("Ann", 1)' }

  t.test('gives the same execution for the same body, however often and at once', async t => {
    made.length = 0
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post(`${url}/v1/execute`, body, as('ann', 'one'))),
    )
    for (const answer of answers) {
      t.match(answer, { status: 200, body: { output: { value: '1 to Ann' } } })
    }
    t.equal(new Set(answers.map(answer => answer.body.executionId)).size, 1)
    const later = await post(`${url}/v1/executions`, body, as('ann', 'one'))
    t.match(later, { status: 202, body: { executionId: answers[0]?.body.executionId } })
    t.equal(made.length, 1)
  })

  t.test('gives the same execution in a session, which only the first takes', async t => {
    const { body: session } = await post(`${url}/v1/sessions`, {}, as('ann', 'none'))
    const request = { ...body, sessionId: session.sessionId }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(`${url}/v1/execute`, request, as('ann', 'session'))),
    )
    for (const answer of answers) t.equal(answer.status, 200)
    t.equal(new Set(answers.map(answer => answer.body.executionId)).size, 1)
  })

  t.test('outlives the deletion of its execution: then the execution is gone', async t => {
    const { body: done } = await post(`${url}/v1/execute`, body, as('ann', 'deleted'))
    const headers = as('ann', 'none')
    const { status } = await fetch(`${url}/v1/executions/${done.executionId}`, {
      method: 'DELETE',
      headers,
    })
    t.equal(status, 204)
    made.length = 0
    t.match(await post(`${url}/v1/execute`, body, as('ann', 'deleted')), {
      status: 410,
      body: { code: 'GONE' },
    })
    t.equal(made.length, 0)
  })

  t.test('is refused with another body', async t => {
    const other = { source: 'transfer("Ann", 2)' }
    t.match(await post(`${url}/v1/execute`, other, as('ann', 'one')), {
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })

  t.test('holds for the short form as well', async t => {
    made.length = 0
    const short = { code: 'transfer("Ann", 3)' }
    const send = () => post(`${url}/execute`, short, as('ann', 'short'))
    const all = await Promise.all(Array.from({ length: 6 }, send))
    const answer = { output: '3 to Ann', logs: '', is_final: false }
    for (const one of [...all, await send()]) {
      t.match(one, { status: 200, body: answer })
    }
    const long = await post(`${url}/v1/execute`, { source: short.code }, as('ann', 'short'))
    t.match(long, { status: 200, body: { output: { value: '3 to Ann' } } }, 'as the long form')
    t.equal(made.length, 1)
    const other = await post(`${url}/execute`, { code: '1' }, as('ann', 'short'))
    t.match(other, { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    t.equal(other.headers.get('content-type'), 'application/problem+json')
    t.equal((await post(`${url}/execute`, short, as('ann', 'x'.repeat(256)))).status, 400)
  })

  t.test('belongs to its token', async t => {
    const [ann, bob] = [
      await post(`${url}/v1/execute`, body, as('ann', 'one')),
      await post(`${url}/v1/execute`, body, as('bob', 'one')),
    ]
    t.match([ann.status, bob.status], [200, 200])
    t.not(ann.body.executionId, bob.body.executionId)
  })

  t.test('is 1 to 255 characters', async t => {
    t.equal((await post(`${url}/v1/execute`, body, as('ann', 'x'.repeat(255)))).status, 200)
    t.equal((await post(`${url}/v1/execute`, body, as('ann', 'x'.repeat(256)))).status, 400)
  })

  t.test('gives its execution while that has the session of both', async t => {
    const owner = as('ann', 'in a session')
    const { body: session } = await post(`${url}/v1/sessions`, {}, as('ann', 'none'))
    const { sessionId } = session
    const asks = { source: 'human_approval("go").approved', sessionId }
    const before = await post(`${url}/v1/execute`, asks, owner)
    t.equal(before.body.status, 'waiting')
    const { executionId } = before.body
    const again = await post(`${url}/v1/execute`, asks, owner)
    t.match(again, { status: 202, body: { executionId } })
    t.equal((await post(`${url}/v1/execute`, asks, as('ann', 'another in it'))).status, 409)
  })

  t.test('holds after a restart, and in the client', async t => {
    const before = await post(`${url}/v1/execute`, body, as('ann', 'one'))
    await first.close()
    url = (await daemon()).url
    made.length = 0
    const after = await post(`${url}/v1/execute`, body, as('ann', 'one'))
    t.match(after, { status: 200, body: { executionId: before.body.executionId } })
    const latchd = client(t, { url, token: 'secret-of-ann' })
    const request = { ...body, idempotencyKey: 'two' }
    const outcomes = await Promise.all([latchd.execute(request), latchd.execute(request)])
    t.equal(outcomes[0]?.executionId, outcomes[1]?.executionId)
    t.equal(made.length, 1)
    await t.rejects(latchd.execute({ source: '1', idempotencyKey: 'two' }), {
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })
})

t.test('a durable execution is found again when its answer is lost with the daemon', async t => {
  const daemon = inARow(t, { LATCHD_DRAIN_MS: '0' })
  const first = await daemon()
  const sent: [string, string | null][] = []
  const latchd = client(t, {
    url: first.url,
    fetch: async (url, init) => {
      sent.push([new URL(url).pathname, new Headers(init.headers).get('idempotency-key')])
      return await fetch(url, init)
    },
  })
  const outcome = latchd.execute({ source: 'sleep(1500); "slept once"', durable: true })
  const watching = client(t, { url: first.url })
  while ((await watching.list()).data[0]?.status !== 'waiting');
  await first.close()
  const second = await daemon(portOf(first.url))
  t.equal((await outcome).output, 'slept once')
  t.equal((await client(t, { url: second.url }).list()).data.length, 1, 'and it ran once')
  const [one] = sent
  t.match(one, ['/v1/execute', /^[-0-9a-f]{36}$/])
  t.ok(sent.length > 1)
  t.strictSame(new Set(sent.map(String)), new Set([String(one)]), 'the same request each time')
})

t.test('the client waits through a restart, and its stream has no gap', async t => {
  const daemon = inARow(t)
  const first = await daemon()
  const latchd = client(t, { url: first.url })
  const source = `for (const n of [1, 2, 3]) {
      console.log('ask', n)
      human_approval('number ' + n)
    }
    'asked three times'`
  const outcome = latchd.execute({ source, durable: true })
  const events: ExecutionEvent[] = []
  const waits = Promise.withResolvers<string>()
  const streamed = (async () => {
    for await (const event of latchd.stream({ source })) {
      events.push(event)
      if (event.type === 'approval-requested') waits.resolve(event.approval.approvalId)
    }
  })()
  await waits.promise
  const { data } = await latchd.list()
  t.equal(data.length, 2)
  for (const { executionId } of data) await asked(latchd, executionId)
  await first.close()

  // A person who decides all that is pending, as it comes.
  const second = await daemon(portOf(first.url))
  const person = client(t, { url: second.url })
  for (const { executionId } of data) {
    for (const n of [1, 2, 3]) {
      const approval = (await asked(person, executionId, n))[n - 1]
      await person.approvals.approve(approval?.approvalId as string)
    }
  }
  t.equal((await outcome).output, 'asked three times')
  t.strictSame(texts((await outcome) as never), ['ask 1', 'ask 2', 'ask 3'])
  await streamed
  const placed = events.filter(event => 'sequence' in event)
  t.strictSame(
    placed.map(({ sequence }) => sequence),
    placed.map((_, i) => i + 1),
  )
  t.strictSame(
    placed.filter(({ type }) => !/parked|resumed/.test(type)).map(({ type }) => type),
    [
      'execution-started',
      ...[1, 2, 3].flatMap(() => [
        'log-written',
        'call-started',
        'approval-requested',
        'approval-decided',
        'call-completed',
      ]),
      'execution-ended',
    ],
  )
  const last = placed.at(-1) as { executionId: string; sequence: number }
  const response = await fetch(`${second.url}/v1/executions/${last.executionId}/events`, {
    headers: { 'last-event-id': String(last.sequence - 1) },
  })
  const told = (await response.text()).split('\n').filter(line => line.startsWith('id: '))
  t.strictSame(told, [`id: ${last.sequence}`])
})

t.test('a waiting execution', async t => {
  const daemon = inARow(t)
  const first = await daemon()
  const before = client(t, { url: first.url })
  const submit = async (latchd: Latchd, source: string, fields: object = {}) => {
    const { body } = await post(`${latchd.url}/v1/executions`, { source, ...fields })
    return body.executionId as string
  }

  t.test('that sleeps is parked and woken', async t => {
    const executionId = await submit(
      before,
      'const from = Date.now(); sleep(1300); Date.now() - from',
    )
    const types: string[] = []
    for await (const event of before.events(executionId)) {
      types.push(event.type)
      if (event.type === 'execution-parked') {
        t.match(event.waitingFor, [{ tool: 'sleep' }])
        t.equal((await before.get(executionId)).status, 'waiting')
      }
      if (event.type !== 'execution-ended') continue
      const { execution } = event
      t.match(execution, { status: 'completed' })
      if (execution.status !== 'completed') return
      const sleptMs = execution.output.value as number
      t.ok(sleptMs >= 1300 && sleptMs < 10_000, `${sleptMs} ms by the guest's clock`)
    }
    t.strictSame(types, [
      'execution-started',
      'call-started',
      'execution-parked',
      'execution-resumed',
      'call-completed',
      'execution-ended',
    ])
  })

  t.test('ends at wallMs', async t => {
    const executionId = await submit(before, 'human_approval("x")', { limits: { wallMs: 1500 } })
    await asked(before, executionId)
    t.match(await end(before, executionId), {
      status: 'failed',
      error: { code: 'LIMIT_EXCEEDED', limit: 'wallMs' },
    })
  })

  t.test('cannot be retried, and one that is not there is not found', async t => {
    const executionId = await submit(before, 'human_approval("x")')
    await asked(before, executionId)
    await t.rejects(before.retry(executionId), { code: 'CONFLICT' })
    t.equal((await post(`${first.url}/v1/executions/${executionId}/retry`, undefined)).status, 409)
    await t.rejects(before.retry('exe_none'), { code: 'NOT_FOUND' })
    await before.cancel(executionId)
    await t.rejects(before.retry(executionId), { code: 'CONFLICT' })
  })

  t.test('is cancelled, ends at wallMs and is cleaned up after a restart too', async t => {
    const cancelled = await submit(before, 'human_approval("cancelled")')
    const late = await submit(before, 'human_approval("late")', { limits: { wallMs: 1000 } })
    const [{ approvalId }] = await asked(before, cancelled)
    await asked(before, late)
    await first.close()
    const latchd = client(t, { url: (await daemon()).url })
    t.match(await latchd.cancel(cancelled), { status: 'cancelled', error: { code: 'CANCELLED' } })
    t.match(await latchd.cancel(cancelled), { status: 'cancelled' }, 'idempotent')
    t.equal((await latchd.approvals.get(approvalId)).status, 'expired')
    t.match(await end(latchd, late), { error: { code: 'LIMIT_EXCEEDED', limit: 'wallMs' } })

    await latchd.delete(cancelled)
    await t.rejects(latchd.get(cancelled), { code: 'NOT_FOUND' })
    await t.rejects(latchd.approvals.get(approvalId), { code: 'NOT_FOUND' })
    t.equal((await get(`${latchd.url}/v1/executions/${cancelled}/events`)).status, 404)
  })
})

t.test('an execution whose tool is gone is stuck until retry, when the tool is back', async t => {
  made.length = 0
  const daemon = inARow(t)
  const first = await daemon(tools)
  const source = 'human_approval("pay?"); transfer("Ann", 5)'
  const { body } = await post(`${first.url}/v1/executions`, { source })
  const { executionId } = body
  const [{ approvalId }] = await asked(client(t, { url: first.url }), executionId)
  await first.close()

  const second = await daemon()
  const without = client(t, { url: second.url })
  const stuck = without.events(executionId)
  await without.approvals.approve(approvalId)
  const types: string[] = []
  for await (const { type } of stuck) types.push(type)
  t.equal(types.at(-1), 'execution-stuck')
  t.match(await without.get(executionId), {
    status: 'stuck',
    error: { code: 'TOOL_CHANGED', message: /transfer/ },
  })
  t.match((await without.list({ status: 'stuck' })).data, [{ executionId }])
  await t.rejects(without.delete(executionId), { code: 'CONFLICT' })
  await second.close()

  const latchd = client(t, { url: (await daemon(tools)).url })
  t.equal((await latchd.get(executionId)).status, 'stuck')
  t.match((await latchd.retry(executionId)).status, /^(queued|running|completed)$/)
  t.match(await end(latchd, executionId), { status: 'completed', output: { value: '5 to Ann' } })
  t.equal(made.length, 1)
})

t.test('the events of all executions are told to their token, and to admin', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOKENS:
      'ann:secret-of-ann:execute+read,bob:secret-of-bob:execute+read,root:secret-of-root:admin',
  })
  const as = (name: string) => client(t, { url, token: `secret-of-${name}` })
  const [ann, bob, root] = ['ann', 'bob', 'root'].map(as) as [Latchd, Latchd, Latchd]
  const watch = (latchd: Latchd) => latchd.allEvents()
  const [ofAnn, ofBob, ofAll] = [await watch(ann), await watch(bob), await watch(root)]
  const ended = async (events: AsyncIterable<ExecutionEvent>, count: number) => {
    const ids: string[] = []
    for await (const { type, executionId } of events) {
      if (type === 'execution-ended') ids.push(executionId)
      if (ids.length === count) break
    }
    return ids
  }
  const one = await ann.execute({ source: '1', durable: true })
  const two = await bob.execute({ source: '2' })
  t.strictSame(await ended(ofAnn, 1), [one.executionId])
  t.strictSame(await ended(ofBob, 1), [two.executionId])
  t.strictSame(await ended(ofAll, 2), [one.executionId, two.executionId])
})
