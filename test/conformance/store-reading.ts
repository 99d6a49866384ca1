/** How a store tells of executions. */

import type { Test } from 'tap'
import type { ListQuery } from '../../daemon/store/store.ts'
import type { ExecutionStatus } from '../../protocol/execution/execution.ts'
import {
  CREATED_MS,
  completed,
  endedExecution,
  everything,
  idsOf,
  logged,
  parking,
  started,
  stuckExecution,
  submission,
} from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

export async function readingTests(t: Test, open: OpenStore): Promise<void> {
  t.test('an execution that goes on is read from its events', async t => {
    const store = await open(t)
    const call = { callId: 'e1_1', tool: 'send', status: 'pending', startedAtMs: 1 } as const
    const waitingFor = [{ callId: 'e1_1', tool: 'send', approvalId: 'a1' }]
    const at = { executionId: 'e1', atMs: CREATED_MS }
    await store.submit(
      submission('e1', {
        plan: '{"metadata":{"team":"blue"}}',
        sessionId: 's1',
        startedAtMs: CREATED_MS + 1,
        events: [started('e1')],
      }),
    )
    await store.park(
      'e1',
      1,
      parking({
        usage: '{"cpuMs":1,"waitMs":2,"peakMemoryBytes":3,"resumes":4,"logsTruncatedBytes":5}',
        events: [
          logged('e1', 2, 'asks'),
          { type: 'call-started', sequence: 3, ...at, call },
          { type: 'execution-parked', sequence: 4, ...at, waitingFor },
        ],
      }),
    )
    const found = await store.get('e1')
    const { wallMs } = found?.execution.usage ?? { wallMs: -1 }
    t.ok(wallMs > 0, 'it grows older')
    t.strictSame(found, {
      owner: 'alice',
      execution: {
        status: 'waiting',
        waitingFor,
        executionId: 'e1',
        sourceLine: 'report("e1")',
        logs: [{ level: 'log', text: 'asks', atMs: CREATED_MS }],
        logsTruncatedBytes: 5,
        calls: [call],
        usage: {
          cpuMs: 1,
          wallMs,
          waitMs: 2,
          calls: 1,
          callsByTool: { send: 1 },
          peakMemoryBytes: 3,
          resumes: 4,
        },
        createdAtMs: CREATED_MS,
        startedAtMs: CREATED_MS + 1,
        sessionId: 's1',
        metadata: { team: 'blue' },
      },
    })
  })

  t.test('what was asked for after a write sees it', async t => {
    const store = await open(t)
    const [, found] = await Promise.all([store.submit(submission('e1')), store.get('e1')])
    t.match(found, { owner: 'alice', execution: { executionId: 'e1' } })
  })

  t.test('executions are listed by what has begun them', async t => {
    const store = await open(t)
    for (const [id, parentId, owner] of [
      ['e1', undefined, 'alice'],
      ['e2', 'e1', 'alice'],
      ['e3', 'e1', 'bob'],
      ['e4', 'e2', 'alice'],
      ['e5', 'e9', 'alice'],
      ['e6', 'e1', 'alice'],
    ] as const) {
      await store.submit(submission(id, { owner, ...(parentId && { parentId }) }))
    }
    await store.finish('e2', 1, completed('e2'))
    const listed = async (query: Partial<ListQuery>) =>
      idsOf(await store.list({ ...everything, ...query }))
    t.strictSame(
      {
        one: await listed({ parentIds: ['e1'] }),
        several: await listed({ parentIds: ['e1', 'e2'] }),
        first: await listed({ parentIds: ['e1', 'e2'], limit: 2 }),
        next: await listed({ parentIds: ['e1'], after: { createdAtMs: CREATED_MS, id: 'e6' } }),
        own: await listed({ parentIds: ['e1'], owner: 'alice' }),
        completed: await listed({ parentIds: ['e1'], owner: 'alice', status: 'completed' }),
        gone: await listed({ parentIds: ['e9'] }),
        none: await listed({ parentIds: [] }),
      },
      {
        one: ['e6', 'e3', 'e2'],
        several: ['e6', 'e4', 'e3', 'e2'],
        first: ['e6', 'e4'],
        next: ['e3', 'e2'],
        own: ['e6', 'e2'],
        completed: ['e2'],
        gone: ['e5'],
        none: [],
      },
    )
  })

  t.test('executions are listed by status', async t => {
    const store = await open(t)
    for (const id of ['running', 'waiting', 'completed', 'failed', 'cancelled', 'stuck']) {
      await store.submit(submission(id))
    }
    await store.submit(submission('queued', { state: 'queued' }))
    await store.park('waiting', 1, parking())
    await store.finish('completed', 1, completed('completed'))
    for (const status of ['failed', 'cancelled'] as const) {
      const { output: _o, isFinalAnswer: _f, ...fields } = endedExecution(status)
      const error = { code: 'CANCELLED', name: 'E', message: 'm' } as const
      await store.finish(status, 1, { execution: { ...fields, status, error } })
    }
    await store.finish('stuck', 1, { execution: stuckExecution('stuck') })
    const statuses: ExecutionStatus[] = [
      'queued',
      'running',
      'waiting',
      'completed',
      'failed',
      'cancelled',
      'stuck',
    ]
    const lists = await Promise.all(
      statuses.flatMap(status =>
        [undefined, 'alice'].map(owner => store.list({ ...everything, owner, status })),
      ),
    )
    t.strictSame(
      lists.map(list => list.map(one => [one.executionId, one.status])),
      statuses.flatMap(status => [[[status, status]], [[status, status]]]),
    )
    t.equal((await store.list(everything)).length, statuses.length)
  })

  t.test('statistics tell what is there', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await store.submit(submission('e2', { state: 'queued' }))
    const { storeId, executionsByStatus, pendingApprovals, bytes } = await store.statistics()
    t.match(storeId, /^[0-9a-f-]{36}$/)
    t.strictSame(
      { executionsByStatus, pendingApprovals, hasBytes: bytes > 0 },
      { executionsByStatus: { queued: 1, running: 1 }, pendingApprovals: 0, hasBytes: true },
    )
  })

  t.test('a parameter that no message can hold fails alone', async t => {
    const store = await open(t)
    const odd = { ...submission('e1'), plan: (() => '') as unknown as string }
    const results = await Promise.allSettled([
      store.submit(submission('e0')),
      store.submit(odd),
      store.submit(submission('e2')),
    ])
    t.strictSame(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    t.strictSame(idsOf(await store.list(everything)), ['e2', 'e0'])
  })
}
