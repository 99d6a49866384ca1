/** How a store takes an execution from its submission to its end. */

import type { Test } from 'tap'
import type { ClaimedExecution } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
  completed,
  delivery,
  endedExecution,
  intent,
  logged,
  parking,
  reclaimed,
  started,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const stale = { name: 'LatchdError', code: 'STALE_OWNER' }
const usage = '{"cpuMs":1,"waitMs":2,"peakMemoryBytes":3,"resumes":0,"logsTruncatedBytes":0}'

export async function lifeTests(t: Test, open: OpenStore): Promise<void> {
  t.test('a submission is accepted in epoch 1', async t => {
    const store = await open(t)
    t.strictSame(await store.submit(submission('e1')), { kind: 'accepted', epoch: 1 })
  })

  t.test('an idempotency key is its owner’s, and means one body', async t => {
    const store = await open(t)
    const key = { text: 'order-7', bodyHash: 'h1' }
    await store.submit(submission('e1', { key }))
    t.strictSame(
      [
        await store.submit(submission('e2', { key })),
        await store.submit(submission('e3', { key: { ...key, bodyHash: 'h2' } })),
        await store.submit(submission('e4', { key, owner: 'bob' })),
        await store.get('e2'),
      ],
      [
        { kind: 'known', executionId: 'e1' },
        { kind: 'key-reused' },
        { kind: 'accepted', epoch: 1 },
        undefined,
      ],
    )
  })

  t.test('an execution is found by the key that it was submitted with', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { key: { text: 'order-7', bodyHash: 'h1' } }))
    t.strictSame(
      [await store.keyed('alice', 'order-7'), await store.keyed('bob', 'order-7')],
      [{ executionId: 'e1', bodyHash: 'h1', isRemoved: false }, undefined],
    )
  })

  t.test('of submissions with one key at the same time one is accepted', async t => {
    const store = await open(t)
    const key = { text: 'order-7', bodyHash: 'h1' }
    const outcomes = await Promise.all(
      ['e1', 'e2', 'e3'].map(id => store.submit(submission(id, { key }))),
    )
    t.strictSame(outcomes, [
      { kind: 'accepted', epoch: 1 },
      { kind: 'known', executionId: 'e1' },
      { kind: 'known', executionId: 'e1' },
    ])
  })

  t.test('a claim gives all that was stored, in order, and a new epoch', async t => {
    const store = await open(t)
    await store.submit(
      submission('e1', { sessionId: 's1', webhookUrl: 'https://example.org', program: 'compiled' }),
    )
    const asked = approval('e1', 'a1')
    await store.append('e1', 1, { records: [delivery(2, 1), intent(3)], events: [started('e1')] })
    await store.park(
      'e1',
      1,
      parking({
        records: [delivery(1, 2), intent(1)],
        events: [logged('e1', 2, 'asks')],
        approvals: [asked],
        usage,
        startedAtMs: CREATED_MS + 1,
      }),
    )
    const expected: ClaimedExecution = {
      executionId: 'e1',
      owner: 'alice',
      epoch: 2,
      source: 'report("e1")',
      plan: '{"tools":[]}',
      program: 'compiled',
      usage,
      sessionId: 's1',
      webhookUrl: 'https://example.org',
      createdAtMs: CREATED_MS,
      startedAtMs: CREATED_MS + 1,
      deadlineMs: CREATED_MS + 60_000,
      records: [intent(1), intent(3), delivery(2, 1), delivery(1, 2)],
      approvals: [asked],
      events: [started('e1'), logged('e1', 2, 'asks')],
    }
    t.strictSame(await store.take('e1'), { executionId: 'e1', owner: 'alice', epoch: 2 })
    t.strictSame(await store.journal('e1'), expected)
  })

  t.test('what is not there, has ended or is stuck cannot be claimed', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) await store.submit(submission(id))
    await store.finish('e1', 1, completed('e1'))
    await store.finish('e2', 1, { execution: stuckExecution('e2') })
    const claims = await Promise.all(['e0', 'e1', 'e2'].map(id => reclaimed(store, id)))
    t.strictSame(claims, [undefined, undefined, undefined])
  })

  t.test('an owner of an earlier epoch writes nothing', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await reclaimed(store, 'e1')
    const addition = { records: [delivery(1)], events: [started('e1')] }
    await t.rejects(store.append('e1', 1, addition), stale)
    await t.rejects(store.park('e1', 1, parking(addition)), stale)
    await t.rejects(store.finish('e1', 1, completed('e1', addition)), stale)
    const { records, events } = (await store.journal('e1')) ?? {}
    t.strictSame({ records, events }, { records: [], events: [] })
    t.match(await store.get('e1'), { execution: { status: 'running' } })
  })

  t.test('nobody owns an execution that waits, has ended or is not there', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) await store.submit(submission(id))
    await store.park('e1', 1, parking())
    await store.finish('e2', 1, completed('e2'))
    for (const id of ['e0', 'e1', 'e2']) await t.rejects(store.append(id, 1, {}), stale, id)
  })

  t.test('a record is written once', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await store.append('e1', 1, { records: [delivery(1)] })
    await t.rejects(store.append('e1', 1, { records: [delivery(1)] }))
    await t.rejects(store.append('e1', 1, { records: [delivery(1, 2, '"another"')] }))
    await t.rejects(store.append('e1', 1, { records: [delivery(2, 1)] }), 'its position is taken')
    t.strictSame((await store.journal('e1'))?.records, [delivery(1)])
  })

  t.test('an operation that is refused leaves those beside it alone', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const results = await Promise.allSettled([
      store.append('e1', 1, { records: [delivery(1)], events: [started('e1')] }),
      store.append('e1', 1, { events: [logged('e1', 2, 'lost')], records: [intent(5), intent(5)] }),
      store.append('e1', 1, { records: [delivery(2)], events: [logged('e1', 2, 'kept')] }),
      store.append('e1', 0, { records: [delivery(3)] }),
    ])
    t.strictSame(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    )
    const { records, events } = (await store.journal('e1')) ?? {}
    t.strictSame(
      { records, events },
      {
        records: [delivery(1), delivery(2)],
        events: [started('e1'), logged('e1', 2, 'kept')],
      },
    )
  })

  t.test('texts are kept exactly, also what is no well-formed Unicode', async t => {
    const store = await open(t)
    const texts = ['', '\0', 'a\0b', '\ud800', 'x\udfffy', '𝒳', '\u0001', 'e1', 'x'.repeat(70_000)]
    const odd = `${texts.join('|')}\ud800${'y'.repeat(70_000)}`
    await store.submit(submission('e1', { source: odd, program: '\udc00' }))
    const records = [...texts, odd].map((text, i) => delivery(i + 1, i + 1, text))
    const events = texts.map((text, i) => logged('e1', i + 1, text))
    await store.append('e1', 1, { records, events })
    const claimed = await reclaimed(store, 'e1')
    t.strictSame(
      [claimed?.source, claimed?.program, claimed?.records, claimed?.events],
      [odd, '\udc00', records, events],
    )
  })

  t.test('a queued execution runs when its start is told', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { state: 'queued' }))
    t.match(await store.get('e1'), { execution: { status: 'queued' } })
    await store.append('e1', 1, { startedAtMs: CREATED_MS + 5 })
    t.match(await store.get('e1'), {
      execution: { status: 'running', startedAtMs: CREATED_MS + 5 },
    })
  })

  t.test('an execution that ended stays as it ended', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const execution = endedExecution('e1')
    const event = {
      type: 'execution-ended' as const,
      sequence: 1,
      executionId: 'e1',
      atMs: CREATED_MS,
      execution,
    }
    await store.finish('e1', 1, { execution, events: [event], records: [delivery(1)] })
    t.strictSame(await store.get('e1'), { owner: 'alice', execution })
    t.strictSame(await store.events('e1', 0), [event])
    t.match(await store.journal('e1'), { records: [delivery(1)], source: 'report("e1")' })
  })

  t.test('a stuck execution goes on when it is told to', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) await store.submit(submission(id))
    await store.finish('e1', 1, { execution: stuckExecution('e1'), records: [delivery(1)] })
    t.strictSame((await store.get('e1'))?.execution, stuckExecution('e1'))
    t.strictSame(await Promise.all(['e0', 'e1', 'e2'].map(id => store.retry(id))), [
      false,
      true,
      false,
    ])
    t.match(await store.get('e1'), { execution: { status: 'queued' } })
    t.match(await reclaimed(store, 'e1'), { epoch: 2, records: [delivery(1)] })
    await store.finish('e1', 2, completed('e1'))
    t.strictSame((await store.get('e1'))?.execution, endedExecution('e1'))
  })

  t.test('an execution that is removed takes all that is its own with it', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { events: [started('e1')] }))
    await store.append('e1', 1, { approvals: [approval('e1', 'a1')], records: [delivery(2, 1)] })
    await store.finish('e1', 1, completed('e1'))
    await store.remove('e1')
    await store.remove('e1')
    t.strictSame(
      [
        await store.get('e1'),
        await store.journal('e1'),
        await store.events('e1', 0),
        await store.approval('a1'),
        await store.submit(submission('e1')),
      ],
      [undefined, undefined, [], undefined, { kind: 'accepted', epoch: 1 }],
    )
  })

  t.test('an execution that goes on is not removed', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await store.remove('e1')
    t.match(await store.get('e1'), { execution: { status: 'running' } })
  })

  t.test('operations on one execution take effect in the order they were asked for', async t => {
    const store = await open(t)
    const outcomes = await Promise.all([
      store.submit(submission('e1')),
      store.append('e1', 1, { records: [delivery(1)] }),
      store.park('e1', 1, parking({ records: [delivery(2)] })),
      store.take('e1').then(claimed => claimed?.epoch),
      store.finish('e1', 2, completed('e1', { records: [delivery(3)] })),
    ])
    t.strictSame(outcomes, [{ kind: 'accepted', epoch: 1 }, undefined, 'parked', 2, undefined])
    t.strictSame((await store.journal('e1'))?.records, [delivery(1), delivery(2), delivery(3)])
    t.strictSame(await store.verify(), [])
  })
}
