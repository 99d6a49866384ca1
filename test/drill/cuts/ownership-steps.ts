/** Who owns an execution, a session, a message: how that changes. */

import {
  giveUp,
  LEASE_MS,
  leave,
  lookAfter,
  reap,
  register,
  renew,
} from '../../../daemon/store/postgres/daemons.ts'
import { WEBHOOK_LEASE_MS } from '../../../daemon/store/webhook-message.ts'
import {
  CREATED_MS,
  claimedOf,
  message,
  parking,
  started,
  submission,
} from '../../conformance/store-samples.ts'
import type { Step, StepGround } from './step.ts'

const snapshot = { bytes: new Uint8Array([1, 2]), runtime: 'r', run: new Uint8Array([3]) }
const LATER_MS = CREATED_MS + 10_000

/** Executions that nobody owns, one of them in a session. */
async function waiting({ store }: StepGround): Promise<void> {
  await store.createSession('s1', 'alice', CREATED_MS)
  for (const [id, more] of [
    ['e1', {}],
    ['e2', { sessionId: 's1' }],
    ['e3', { owner: 'bob' }],
  ] as const) {
    await store.submit(submission(id, { state: 'queued', events: [started(id)], ...more }), 'queue')
  }
}

/**
 * What a daemon has of its own after a claim: what the answer says, and what the beat finds in the
 * store that no answer has said, which it gives back and claims again.
 */
async function claimAll({ store, database }: StepGround, answered: readonly string[]) {
  const mine = new Set(answered)
  const { owned } = await database.transaction(tx =>
    lookAfter(tx, store.sharing.number, { working: [], queued: [] }),
  )
  for (const { execution_id, epoch } of owned) {
    if (!mine.has(execution_id)) await store.giveBack(execution_id, epoch, 0)
  }
  for (const id of (await claimedOf(store, LATER_MS)).ids) mine.add(id)
  return [...mine].toSorted()
}

const claimedIds = (claimed: { executionId: string } | undefined) =>
  claimed === undefined ? [] : [claimed.executionId]

/** A daemon that is dead, with an execution and a session. */
async function dead({ other, database }: StepGround): Promise<void> {
  await other.createSession('s1', 'alice', CREATED_MS)
  await other.holdSession('s1', 'volatile')
  await other.submit(submission('e1', { events: [started('e1')] }))
  await other.sharing.clients.put({ owner: 'alice', clientId: 'c1' }, 'peer')
  await database.transaction(tx =>
    tx.run(`UPDATE daemon SET seen_ms = seen_ms - $2 WHERE id = $1`, [
      other.sharing.number,
      LEASE_MS + 1000,
    ]),
  )
}

async function messages({ store }: StepGround): Promise<void> {
  const webhooks = [message('e1', 'm1', CREATED_MS), message('e1', 'm2', CREATED_MS)]
  await store.submit(submission('e1', { webhooks }))
}

/** Operations by which owners change. */
export const ownershipSteps: readonly Step[] = [
  {
    name: 'claim several, one in a session',
    prepare: waiting,
    act: async ground => await claimAll(ground, (await claimedOf(ground.store, LATER_MS)).ids),
  },
  {
    name: 'claim one',
    prepare: waiting,
    act: async ground =>
      await claimAll(ground, claimedIds(await ground.store.claimOne('e2', LATER_MS))),
  },
  {
    name: 'take one',
    prepare: waiting,
    act: async ground => await claimAll(ground, claimedIds(await ground.store.take('e1'))),
  },
  {
    name: 'give back',
    prepare: async ({ store }) => await store.submit(submission('e1')),
    act: ({ store }) => store.giveBack('e1', 1, CREATED_MS + 500),
  },
  {
    name: 'give up what an earlier process owned',
    prepare: async ({ store }) => {
      await store.submit(submission('e1', { events: [started('e1')] }))
      await store.submit(submission('e2', { state: 'queued' }))
      await store.submit(submission('e3', { events: [started('e3')] }))
      await store.park('e3', 1, parking())
    },
    act: ({ store }) => store.open({ nowMs: CREATED_MS }),
  },
  {
    name: 'reap a daemon that is dead',
    prepare: dead,
    act: ({ database }) => database.transaction(reap),
  },
  {
    name: 'reap a daemon that was lost with an execution too often',
    prepare: async ground => {
      await dead(ground)
      await ground.database.transaction(tx => tx.run('UPDATE execution SET losses = 4'))
    },
    act: async ({ database }) => (await database.transaction(reap)).map(({ event }) => event.type),
  },
  {
    name: 'renew a lease, and look after what is owned',
    prepare: async ({ store }) => {
      await store.submit(submission('e1'))
      await store.submit(submission('e2'))
    },
    act: ({ store, database }) => {
      const { number } = store.sharing
      return database.transaction(async tx => {
        const seenMs = await renew(tx, number, { workers: 1, running: 0, waiting: 0, owners: {} })
        const found = await lookAfter(tx, number, { working: ['e1'], queued: ['e9'] })
        const owned = found.owned.map(one => one.execution_id).toSorted()
        return { isAlive: seenMs !== undefined, owned, unqueued: found.unqueued }
      })
    },
  },
  {
    name: 'leave',
    prepare: async ({ store, database }) => {
      await store.submit(submission('e1'))
      await database.transaction(tx => register(tx, { name: 'beside', url: undefined }, undefined))
    },
    act: ({ store, database }) => database.transaction(tx => leave(tx, store.sharing.number)),
  },
  {
    name: 'give up a daemon that had a worker for one',
    prepare: ({ other }) => other.submit(submission('e1', { events: [started('e1')] })),
    act: ({ other, database }) =>
      database.transaction(tx => giveUp(tx, other.sharing.number, { nowMs: CREATED_MS })),
  },
  { name: 'make a session', act: ({ store }) => store.createSession('s1', 'alice', CREATED_MS) },
  {
    name: 'hold a session',
    prepare: ({ store }) => store.createSession('s1', 'alice', CREATED_MS),
    act: ({ store }) => store.holdSession('s1', 'e1'),
  },
  {
    name: 'save the state of a session, and let go of it',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      await store.holdSession('s1', 'e1')
    },
    act: async ({ store }) => {
      await store.saveSnapshot('s1', 'e1', snapshot, CREATED_MS + 1)
      return await store.holdSession('s1', 'e2')
    },
  },
  {
    name: 'replace the state of a session',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      await store.holdSession('s1', 'e1')
      await store.saveSnapshot('s1', 'e1', snapshot, CREATED_MS + 1)
    },
    act: ({ store }) => store.replaceSnapshot('s1', 'r', { ...snapshot, runtime: 'r2' }),
  },
  {
    name: 'let go of a session and remove it',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      await store.holdSession('s1', 'e1')
    },
    act: async ({ store }) => {
      await store.releaseSession('s1', 'e1')
      return await store.removeSession('s1')
    },
  },
  {
    name: 'lease messages',
    prepare: messages,
    act: async ({ store }) => {
      const leased = await store.leaseWebhooks(CREATED_MS, 9)
      // A lease whose answer was lost ends by its time.
      const later = await store.leaseWebhooks(CREATED_MS + WEBHOOK_LEASE_MS, 9)
      return (leased.length > 0 ? leased : later).map(({ messageId }) => messageId)
    },
  },
  {
    name: 'delay a message, end another one',
    prepare: messages,
    act: async ({ store }) => {
      await store.delayWebhook('m1', CREATED_MS + 100)
      await store.endWebhook('m2')
      return await store.nextWebhookMs()
    },
  },
  {
    name: 'let others send leased messages',
    prepare: async ground => {
      await messages(ground)
      await ground.store.leaseWebhooks(CREATED_MS, 9)
    },
    act: ({ store }) => store.releaseWebhooks(['m1']),
  },
]
