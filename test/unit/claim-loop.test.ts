/** What brings executions back: nothing is dropped, whatever fails. */

import t, { type Test } from 'tap'
import { type ClaimDependencies, ClaimLoop, shareOf } from '../../daemon/executions/claim-loop.ts'
import type { Claimed, ClaimRequest } from '../../daemon/store/claim-facts.ts'
import { LatchdError } from '../../protocol/errors.ts'

const none = { claimed: [], nextMs: undefined, isBlocked: false }

/** A store of executions that can go on now. */
class Queue {
  readonly ids: string[]
  readonly givenBack: number[] = []
  asked = 0

  constructor(...ids: string[]) {
    this.ids = ids
  }

  claim = async ({ max }: ClaimRequest) => {
    this.asked++
    const claimed = this.ids.splice(0, max).map(id => ({ executionId: id, owner: 'ann', epoch: 1 }))
    return { ...none, claimed }
  }

  giveBack = async (executionId: string, _epoch: number, fromMs: number) => {
    this.givenBack.push(fromMs)
    this.ids.unshift(executionId)
  }
}

function claimLoop(t: Test, deps: Partial<ClaimDependencies>): ClaimLoop {
  const made = new ClaimLoop({
    store: new Queue(),
    resume: async () => {},
    onFault: () => {},
    ...deps,
  })
  t.teardown(() => made.stop())
  return made
}

t.test('the store is asked at intervals, without a message', async t => {
  const resumed = Promise.withResolvers<string>()
  const store = new Queue()
  const claim = async (request: ClaimRequest) => {
    if (store.asked === 1) store.ids.push('exe_decided')
    return await store.claim(request)
  }
  claimLoop(t, {
    store: { claim, giveBack: store.giveBack },
    resume: async ({ executionId }) => resumed.resolve(executionId),
    lookMs: 5,
  }).look()
  t.equal(await resumed.promise, 'exe_decided')
})

t.test('a claim that fails is repeated', async t => {
  const repeated = Promise.withResolvers<void>()
  let asked = 0
  const faults: unknown[] = []
  const claim = async () => {
    if (++asked === 2) repeated.resolve()
    throw new LatchdError('INTERNAL', 'no answer')
  }
  claimLoop(t, {
    store: { claim, giveBack: async () => {} },
    onFault: error => faults.push(error),
    lookMs: 5,
  }).look()
  await repeated.promise
  t.ok(faults.length > 0)
})

t.test('an execution that cannot be loaded is given back, and tried again later', async t => {
  const store = new Queue('exe_1')
  const done = Promise.withResolvers<void>()
  const faults: string[] = []
  const resume = async () => {
    if (faults.length > 0) done.resolve()
    else throw new LatchdError('INTERNAL', 'it cannot be read')
  }
  const onFault = (_: unknown, executionId: string) => faults.push(executionId)
  claimLoop(t, { store, resume, onFault, now: () => 1000, lookMs: 5 }).look()
  await done.promise
  t.strictSame([faults, store.givenBack], [['exe_1'], [1500]])
})

t.test('a full disk keeps all, and claims none meanwhile', async t => {
  const store = new Queue('exe_1')
  const loads: string[] = []
  const done = Promise.withResolvers<void>()
  const refused = Promise.withResolvers<void>()
  const made = claimLoop(t, {
    store,
    resume: async ({ executionId }: Claimed) => {
      loads.push(executionId)
      if (loads.length === 1) {
        refused.resolve()
        throw new LatchdError('STORE_FULL', 'no room')
      }
      if (new Set(loads).size === 2) done.resolve()
    },
    onFault: error => t.fail(String(error)),
  })
  made.look()
  await refused.promise
  await new Promise(setImmediate)
  store.ids.push('exe_2')
  made.look()
  await new Promise(setImmediate)
  t.strictSame(loads, ['exe_1'])
  await done.promise
  t.strictSame(loads, ['exe_1', 'exe_1', 'exe_2'])
})

t.test('while the memory is full those that can go on wait, and one at a time goes on', async t => {
  let hasRoom = false
  const store = new Queue('exe_1', 'exe_2', 'exe_3', 'exe_4')
  const loading: string[] = []
  const ends: (() => void)[] = []
  const loaded = (count: number) =>
    new Promise<void>(resolve => {
      const look = () => (loading.length >= count ? resolve() : setTimeout(look, 1))
      look()
    })
  const made = claimLoop(t, {
    store,
    hasRoom: () => hasRoom,
    resume: ({ executionId }) => {
      loading.push(executionId)
      return new Promise(resolve => ends.push(resolve))
    },
  })
  made.look()
  await loaded(1)
  t.strictSame([loading.length, store.ids.length], [1, 3])
  ends[0]?.()
  await loaded(2)
  t.strictSame([loading.length, store.ids.length], [2, 2], 'the next, when that one has its worker')
  hasRoom = true
  await loaded(4)
  t.strictSame(loading, ['exe_1', 'exe_2', 'exe_3', 'exe_4'])
})

t.test(
  'what is claimed while the loop stops is given to the loader, and nothing after',
  async t => {
    const store = new Queue('exe_1')
    const loading: string[] = []
    const made = claimLoop(t, {
      store,
      resume: async ({ executionId }) => {
        loading.push(executionId)
      },
    })
    made.look()
    await made.stop()
    made.look()
    t.strictSame([loading, store.asked], [['exe_1'], 1])
  },
)

t.test(
  'a daemon that shares its store has as many wait as it has free workers, and a few beside',
  t => {
    t.equal(shareOf({ workers: 8, active: 0 }), 10)
    t.equal(shareOf({ workers: 8, active: 8 }), 2)
    t.equal(shareOf({ workers: 1, active: 1 }), 1)
    t.end()
  },
)

t.test(
  'one that is claimed beside the loop takes a place of it, and comes with its parts',
  async t => {
    const store = new Queue()
    const came: unknown[] = []
    const ends: (() => void)[] = []
    const made = claimLoop(t, {
      store,
      maxLoaded: () => 2,
      resume: async ({ executionId }, loaded) => {
        came.push(executionId, await loaded)
        await new Promise<void>(resolve => ends.push(resolve))
      },
    })
    const claimed = (executionId: string) =>
      Promise.resolve({ executionId, owner: 'ann', epoch: 2 })
    t.ok(made.hasPlace)
    t.notOk(await made.takeOne(Promise.resolve(undefined), Promise.resolve(undefined)))
    const parts = { executionId: 'exe_1' } as never
    t.ok(await made.takeOne(claimed('exe_1'), Promise.resolve(parts)))
    t.ok(made.hasPlace, 'the one that could not be claimed has none')
    t.ok(await made.takeOne(claimed('exe_2'), Promise.resolve(undefined)))
    t.notOk(made.hasPlace)
    t.strictSame(came, ['exe_1', parts, 'exe_2', undefined])
    ends[0]?.()
    await new Promise(setImmediate)
    t.ok(made.hasPlace)
  },
)

t.test('a claim beside the loop that fails is told, and the loop looks later', async t => {
  const faults: unknown[] = []
  const made = claimLoop(t, { onFault: error => faults.push(error), lookMs: 5 })
  const failed = new LatchdError('INTERNAL', 'no answer')
  const rejected = () => Promise.reject(failed)
  t.notOk(await made.takeOne(rejected(), rejected()))
  t.strictSame([faults, made.hasPlace], [[failed], false])
})

t.test('what is left to other daemons is claimed when it has been due for so long', async t => {
  const asked: number[] = []
  const claim = async ({ nowMs }: ClaimRequest) => {
    asked.push(nowMs)
    return none
  }
  const after: (number | undefined)[] = [undefined, 3000, 0]
  const loop = claimLoop(t, {
    store: { claim, giveBack: async () => {} },
    now: () => 10_000,
    claimsAfterMs: () => after.shift(),
    lookMs: 60_000,
  })
  for (let looks = 0; looks < 3; looks++) {
    loop.look()
    // The look that is under way ends in turns of the queue of tasks.
    await new Promise(resolve => setImmediate(resolve))
  }
  t.strictSame(asked, [7000, 10_000])
})
