/** What a store tells a daemon that opens it, and what wakes by time. */

import type { Test } from 'tap'
import type { DecidedBy, Store } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
  claimedOf,
  completed,
  delivery,
  logged,
  parking,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const approved: DecidedBy = { status: 'approved', decidedAtMs: CREATED_MS + 9 }

export async function recoveryTests(t: Test, open: OpenStore): Promise<void> {
  t.test('an empty store has nothing to go on with', async t => {
    const store = await open(t)
    t.strictSame(await store.open({ nowMs: CREATED_MS }), { stuck: [] })
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: [], nextMs: undefined })
  })

  t.test('what was queued, running or answered goes on, oldest first', async t => {
    const store = await open(t)
    const ids = ['answered', 'running', 'queued', 'waiting', 'ended', 'stuck', 'told']
    for (const [i, id] of ids.entries()) {
      const state = id === 'queued' ? 'queued' : 'running'
      await store.submit(submission(id, { state, createdAtMs: CREATED_MS - i }))
    }
    for (const id of ['answered', 'waiting', 'told']) {
      const approvals = [approval(id, `a-${id}`)]
      const wakeAtMs = CREATED_MS + (id === 'told' ? 300 : 500)
      const records = id === 'told' ? [delivery(1)] : []
      await store.park(id, 1, { approvals, wakeAtMs, records })
    }
    await store.decide('a-answered', approved)
    await store.decide('a-told', approved)
    await store.finish('ended', 1, completed('ended'))
    await store.finish('stuck', 1, { execution: stuckExecution('stuck') })
    t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['answered'], 'the others are owned')
    await store.park('answered', 2, { wakeAtMs: CREATED_MS + 500 })
    await store.open({ nowMs: CREATED_MS })
    t.strictSame(await claimedOf(store, CREATED_MS), {
      ids: ['queued', 'running', 'answered'],
      nextMs: CREATED_MS + 300,
    })
  })

  t.test('one that was decided while it waits can be claimed at once, and once', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) {
      await store.submit(submission(id, { state: 'running' }))
      await store.park(id, 1, { approvals: [approval(id, `a-${id}`)], wakeAtMs: CREATED_MS + 500 })
    }
    await store.decide('a-e2', approved)
    const nextMs = CREATED_MS + 500
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: ['e2'], nextMs })
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: [], nextMs })
  })

  t.test('a loss counts for those alone that had a worker, when it is known which', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { state: 'running' }))
    await store.submit(submission('e2', { state: 'running' }))
    const opening = { nowMs: CREATED_MS, ran: ['e1'] }
    for (let losses = 1; losses < 5; losses++) {
      await store.open(opening)
      t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['e1', 'e2'])
    }
    t.match(await store.open(opening), { stuck: [{ event: { executionId: 'e1' } }] })
    t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['e2'])
    t.match((await store.get('e1'))?.execution, {
      status: 'stuck',
      error: { code: 'CRASH_LOOP' },
    })
  })

  t.test('an execution that the daemon is lost with five times is stuck', async t => {
    const store = await open(t)
    const webhookUrl = 'http://hook/'
    await store.submit(submission('e1', { webhookUrl, events: [logged('e1', 1, 'begins')] }))
    await store.submit(submission('e2', { state: 'queued' }))
    for (let losses = 1; losses < 5; losses++) {
      t.strictSame(await lose(store), ['e1', 'e2'])
      await store.append('e2', losses + 1, { records: [delivery(losses)] })
    }
    await store.giveBack('e2', 5, CREATED_MS)
    const recovery = await store.open({ nowMs: CREATED_MS + 7 })
    t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['e2'])
    const event = {
      type: 'execution-stuck',
      sequence: 2,
      executionId: 'e1',
      atMs: CREATED_MS + 7,
      error: recovery.stuck[0]?.event.error,
    }
    t.strictSame(recovery.stuck, [{ owner: 'alice', createdAtMs: CREATED_MS, event }])
    t.strictSame(await store.events('e1', 1), [event])
    t.match(await store.leaseWebhooks(CREATED_MS + 7, 9), [
      { executionId: 'e1', url: 'http://hook/', body: /"type":"execution-stuck".*CRASH_LOOP/ },
    ])
    t.match(await store.get('e1'), {
      execution: {
        status: 'stuck',
        error: { code: 'CRASH_LOOP' },
        logs: [{ text: 'begins' }],
        usage: { wallMs: 7 },
      },
    })
    t.strictSame(await lose(store), ['e2'])
    t.ok(await store.retry('e1'))
    t.strictSame((await claimedOf(store, CREATED_MS)).ids, ['e1'])
    t.strictSame(await lose(store), ['e1', 'e2'], 'counted anew')
  })

  for (const way of ['append', 'park'] as const) {
    t.test(`a new record by ${way} shows that an execution gets on`, async t => {
      const store = await open(t)
      await store.submit(submission('e1'))
      for (let position = 1; position <= 7; position++) {
        t.strictSame(await lose(store), ['e1'])
        const epoch = (await store.journal('e1'))?.epoch ?? 0
        const addition = { records: [delivery(position)] }
        if (way === 'append') await store.append('e1', epoch, addition)
        else {
          await store.park('e1', epoch, parking(addition))
          await store.take('e1')
        }
      }
    })
  }

  t.test('an addition without a record does not', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    for (let losses = 1; losses < 5; losses++) {
      t.strictSame(await lose(store), ['e1'])
      const epoch = (await store.journal('e1'))?.epoch ?? 0
      await store.append('e1', epoch, { events: [logged('e1', losses, 'again')], usage: '{}' })
    }
    t.strictSame(await lose(store), [])
  })

  t.test('waiting executions can be claimed when their instant has come', async t => {
    const store = await open(t)
    for (const [id, wakeAtMs] of [
      ['e1', 30],
      ['e2', 10],
      ['e3', 20],
      ['e4', 40],
    ] as const) {
      await store.submit(submission(id))
      await store.park(id, 1, { wakeAtMs })
    }
    await store.submit(submission('e5'))
    t.strictSame(
      [await claimedOf(store, 9), await claimedOf(store, 30, 2), await claimedOf(store, 30)],
      [
        { ids: [], nextMs: 10 },
        { ids: ['e2', 'e3'], nextMs: 40 },
        { ids: ['e1'], nextMs: 40 },
      ],
    )
    t.strictSame(await claimedOf(store, 99), { ids: ['e4'], nextMs: undefined })
  })

  t.test('one execution is claimed when it can go on, and its session is free', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    for (const id of ['e1', 'e2']) {
      await store.submit(submission(id, { sessionId: 's1' }))
      await store.park(id, 1, { approvals: [approval(id, `a-${id}`)], wakeAtMs: CREATED_MS + 500 })
      t.equal(await store.claimOne(id, CREATED_MS), undefined, 'nobody has decided')
      await store.decide(`a-${id}`, approved)
    }
    await store.holdSession('s1', 'e1')
    t.strictSame(await Promise.all([store.claimOne('e2', CREATED_MS), store.claimOne('e0', 0)]), [
      undefined,
      undefined,
    ])
    t.strictSame(await store.claimOne('e1', CREATED_MS), {
      executionId: 'e1',
      owner: 'alice',
      epoch: 2,
    })
    t.equal(await store.claimOne('e1', CREATED_MS), undefined, 'it has an owner')
    await store.finish('e1', 2, completed('e1'))
    t.match(await store.claimOne('e2', CREATED_MS), { epoch: 2 }, 'it let go of the session')
    t.equal(await store.holdSession('s1', 'e3'), 'busy', 'and holds it now')
  })

  t.test('a claim makes the caller the owner, and nobody else can have it', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { state: 'queued' }), 'queue')
    await t.rejects(store.append('e1', 1, {}), { code: 'STALE_OWNER' }, 'it is nobody’s')
    const ask = () => store.claim({ nowMs: CREATED_MS, max: 1, after: '' })
    const [first, second] = await Promise.all([ask(), ask()])
    t.strictSame(first.claimed, [{ executionId: 'e1', owner: 'alice', epoch: 2 }])
    t.strictSame(second.claimed, [])
    t.equal(await store.take('e1'), undefined)
    await store.append('e1', 2, { records: [delivery(1)] })
    t.match(await store.get('e1'), { execution: { status: 'running' } })
  })

  t.test('owners take turns, from the one after the last on', async t => {
    const store = await open(t)
    const queue = (id: string, owner: string) =>
      store.submit(submission(id, { owner, state: 'queued' }), 'queue')
    for (const n of [1, 2, 3, 4, 5]) await queue(`a${n}`, 'alice')
    await queue('b1', 'bob')
    await queue('c1', 'carol')
    const ask = async (after: string, max: number) =>
      (await store.claim({ nowMs: CREATED_MS, max, after })).claimed.map(one => one.executionId)
    t.strictSame(
      [await ask('alice', 2), await ask('carol', 2), await ask('', 9)],
      [
        ['b1', 'c1'],
        ['a1', 'a2'],
        ['a3', 'a4', 'a5'],
      ],
    )
  })

  t.test('an execution that is given back can be claimed when its pause is over', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await store.giveBack('e1', 1, CREATED_MS + 5)
    await t.rejects(store.giveBack('e1', 1, 0), { code: 'STALE_OWNER' })
    t.strictSame(await claimedOf(store, CREATED_MS), { ids: [], nextMs: CREATED_MS + 5 })
    t.strictSame((await claimedOf(store, CREATED_MS + 5)).ids, ['e1'])
  })

  t.test('an execution that cannot go on is stuck for its owner alone', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const error = { code: 'NONDETERMINISM', name: 'E', message: 'another path' } as const
    t.equal(await store.quarantine('e1', 0, CREATED_MS, error), undefined)
    t.match(await store.quarantine('e1', 1, CREATED_MS, error), { event: { sequence: 1, error } })
    t.equal(await store.quarantine('e1', 1, CREATED_MS, error), undefined)
    t.match(await store.get('e1'), { execution: { status: 'stuck', error } })
  })

  t.test('an execution whose session is held is not claimed before it is free', async t => {
    const store = await open(t)
    await store.createSession('s1', 'alice', CREATED_MS)
    for (const id of ['e1', 'e2']) {
      await store.submit(submission(id, { state: 'queued', sessionId: 's1' }), 'queue')
    }
    const ask = () => store.claim({ nowMs: CREATED_MS, max: 9, after: '' })
    const first = await ask()
    t.match(first, { claimed: [{ executionId: 'e1' }], isBlocked: true })
    t.match([first.claimed.length, await ask()], [1, { claimed: [], isBlocked: true }])
    await store.finish('e1', 2, completed('e1'))
    t.match(await ask(), { claimed: [{ executionId: 'e2' }], isBlocked: false })
  })
}

/** Loses the process that owned all of them; gives those that its successor gets. */
async function lose(store: Store): Promise<string[]> {
  await store.open({ nowMs: CREATED_MS })
  return (await claimedOf(store, CREATED_MS)).ids
}
