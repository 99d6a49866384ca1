/** What a store tells a daemon that opens it, and what wakes by time. */

import type { Test } from 'tap'
import type { DecidedBy } from '../../daemon/store/store.ts'
import {
  approval,
  CREATED_MS,
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
    t.strictSame(await store.recover(CREATED_MS), { resume: [], nextWakeMs: undefined })
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
    t.strictSame(await store.recover(CREATED_MS), {
      resume: ['queued', 'running', 'answered'],
      nextWakeMs: CREATED_MS + 300,
    })
  })

  t.test('one that was decided while it waits is due at once, until it is claimed', async t => {
    const store = await open(t)
    for (const id of ['e1', 'e2']) {
      await store.submit(submission(id, { state: 'running' }))
      await store.park(id, 1, { approvals: [approval(id, `a-${id}`)], wakeAtMs: CREATED_MS + 500 })
    }
    await store.decide('a-e2', approved)
    const nextWakeMs = CREATED_MS + 500
    t.strictSame(await store.due(CREATED_MS, 10), { executionIds: ['e2'], nextWakeMs })
    await store.claim('e2')
    t.strictSame(await store.due(CREATED_MS, 10), { executionIds: [], nextWakeMs })
  })

  t.test('a loss counts for those alone that had a worker, when it is known which', async t => {
    const store = await open(t)
    await store.submit(submission('e1', { state: 'running' }))
    await store.submit(submission('e2', { state: 'running' }))
    for (let losses = 1; losses < 5; losses++) await store.recover(CREATED_MS, ['e1'])
    t.match(await store.recover(CREATED_MS, ['e1']), {
      resume: ['e2'],
      stuck: [{ event: { executionId: 'e1' } }],
    })
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
      t.strictSame((await store.recover(CREATED_MS)).resume, ['e1', 'e2'])
      await store.claim('e1')
    }
    const recovery = await store.recover(CREATED_MS + 7)
    t.strictSame(recovery.resume, ['e2'])
    const event = {
      type: 'execution-stuck',
      sequence: 2,
      executionId: 'e1',
      atMs: CREATED_MS + 7,
      error: recovery.stuck?.[0]?.event.error,
    }
    t.strictSame(recovery.stuck, [{ owner: 'alice', createdAtMs: CREATED_MS, event }])
    t.strictSame(await store.events('e1', 1), [event])
    t.match(await store.dueWebhooks(CREATED_MS + 7, 9), [
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
    t.strictSame(await store.recover(CREATED_MS), { resume: ['e2'], nextWakeMs: undefined })
    t.ok(await store.retry('e1'))
    await store.claim('e1')
    t.strictSame((await store.recover(CREATED_MS)).resume, ['e1', 'e2'], 'counted anew')
  })

  for (const way of ['append', 'park'] as const) {
    t.test(`a new record by ${way} shows that an execution gets on`, async t => {
      const store = await open(t)
      await store.submit(submission('e1'))
      for (let position = 1; position <= 7; position++) {
        t.strictSame((await store.recover(CREATED_MS)).resume, ['e1'])
        const epoch = (await store.claim('e1'))?.epoch ?? 0
        const addition = { records: [delivery(position)] }
        if (way === 'append') await store.append('e1', epoch, addition)
        else {
          await store.park('e1', epoch, parking(addition))
          await store.claim('e1')
        }
      }
    })
  }

  t.test('an addition without a record does not', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    for (let losses = 1; losses < 5; losses++) {
      await store.recover(CREATED_MS)
      const epoch = (await store.claim('e1'))?.epoch ?? 0
      await store.append('e1', epoch, { events: [logged('e1', losses, 'again')], usage: '{}' })
    }
    t.strictSame((await store.recover(CREATED_MS)).resume, [])
  })

  t.test('waiting executions are due when their instant has come', async t => {
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
      [await store.due(9, 10), await store.due(30, 10), await store.due(30, 2)],
      [
        { executionIds: [], nextWakeMs: 10 },
        { executionIds: ['e2', 'e3', 'e1'], nextWakeMs: 40 },
        { executionIds: ['e2', 'e3'], nextWakeMs: 30 },
      ],
    )
    for (const id of ['e1', 'e2', 'e3', 'e4']) await store.claim(id)
    t.strictSame(await store.due(99, 10), { executionIds: [], nextWakeMs: undefined })
  })
}
