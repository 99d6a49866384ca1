/** What brings executions back: nothing is dropped, whatever fails. */

import t, { type Test } from 'tap'
import { type ResumeDependencies, ResumeQueue } from '../../daemon/executions/resume-queue.ts'
import { LatchdError } from '../../protocol/errors.ts'

const none = { executionIds: [], nextWakeMs: undefined }

function resumeQueue(t: Test, deps: Partial<ResumeDependencies>): ResumeQueue {
  const made = new ResumeQueue({
    store: { due: async () => none },
    resume: async () => {},
    onFault: () => {},
    ...deps,
  })
  t.teardown(() => made.stop())
  return made
}

t.test('the store is looked through at intervals, without a message', async t => {
  const resumed = Promise.withResolvers<string>()
  const answers = [none, { executionIds: ['exe_decided'], nextWakeMs: undefined }]
  resumeQueue(t, {
    store: { due: async () => answers.shift() ?? none },
    resume: async executionId => resumed.resolve(executionId),
    lookMs: 5,
  }).start({ resume: [], nextWakeMs: undefined })
  t.equal(await resumed.promise, 'exe_decided')
})

t.test('a look that fails is repeated', async t => {
  const repeated = Promise.withResolvers<void>()
  let looks = 0
  const faults: unknown[] = []
  resumeQueue(t, {
    store: {
      due: async () => {
        if (++looks === 2) repeated.resolve()
        throw new LatchdError('STORE_FULL', 'no room')
      },
    },
    onFault: error => faults.push(error),
    lookMs: 5,
  }).start({ resume: [], nextWakeMs: undefined })
  await repeated.promise
  t.ok(faults.length > 0)
})

t.test('a full disk keeps all in their order, and loads none meanwhile', async t => {
  const loads: string[] = []
  const done = Promise.withResolvers<void>()
  const made = resumeQueue(t, {
    resume: async executionId => {
      loads.push(executionId)
      if (loads.length === 1) throw new LatchdError('STORE_FULL', 'no room')
      if (new Set(loads).size === 2) done.resolve()
    },
    onFault: error => t.fail(String(error)),
  })
  made.add('exe_1')
  await Promise.resolve()
  await new Promise(setImmediate)
  made.add('exe_2')
  t.strictSame(loads, ['exe_1'])
  await done.promise
  t.strictSame(loads, ['exe_1', 'exe_1', 'exe_2'])
})

t.test('while the memory is full those that can go on wait, and one at a time goes on', async t => {
  let hasRoom = false
  const loading: string[] = []
  const ends: (() => void)[] = []
  const loaded = (count: number) =>
    new Promise<void>(resolve => {
      const look = () => (loading.length >= count ? resolve() : setTimeout(look, 1))
      look()
    })
  const made = resumeQueue(t, {
    hasRoom: () => hasRoom,
    resume: executionId => {
      loading.push(executionId)
      return new Promise(resolve => ends.push(resolve))
    },
  })
  for (const executionId of ['exe_1', 'exe_2', 'exe_3', 'exe_4']) made.add(executionId)
  t.strictSame([loading.length, made.waiting], [1, 3])
  ends[0]?.()
  await loaded(2)
  t.strictSame([loading.length, made.waiting], [2, 2], 'the next, when that one has its worker')
  hasRoom = true
  await loaded(4)
  t.strictSame(loading, ['exe_1', 'exe_2', 'exe_3', 'exe_4'])
})
