/** Scenes in which what two daemons do at the same time meets in the same rows. */

import { LEASE_MS, reap, renew } from '../../../daemon/store/postgres/daemons.ts'
import {
  approval,
  CREATED_MS,
  claimedOf,
  completed,
  delivery,
  intent,
  logged,
  message,
  parking,
  started,
  submission,
} from '../../conformance/store-samples.ts'
import type { StepGround } from '../cuts/step.ts'
import type { Side, StoreScene } from './scene.ts'

const LATER_MS = CREATED_MS + 10_000
const key = { text: 'order-7', bodyHash: 'h1' }
const snapshot = { bytes: new Uint8Array([1, 2]), runtime: 'r', run: new Uint8Array([3]) }
const approve = { status: 'approved', decidedAtMs: CREATED_MS + 9, decidedBy: 'ann' } as const
const reject = { status: 'rejected', decidedAtMs: CREATED_MS + 8, decidedBy: 'bob' } as const

const claim = async ({ store }: Side) => (await claimedOf(store, LATER_MS)).ids.toSorted()
/** What is true of `claim` where no session is looked at. */
const claiming = {
  repeating: ['claim'],
  neverWaiting: {
    claim: [
      'claim',
      'append',
      'append an event',
      'finish',
      'park',
      'approve',
      'reject',
      'take',
      'reap',
    ],
  },
}
const idOf = (claimed: { executionId: string } | undefined) => claimed?.executionId
const outcome = ({ kind }: { kind: string }) => kind

/** What came of a write: done, or refused since the execution has another owner. */
const write = async (writing: Promise<unknown>) =>
  await writing.then(
    value => value ?? 'done',
    error => error.code as unknown,
  )

/** The first daemon has an execution, and is dead; the other one is not. */
async function dead({ store, database }: StepGround): Promise<void> {
  await store.submit(submission('e1', { events: [started('e1')], startedAtMs: CREATED_MS }))
  await database.transaction(tx =>
    tx.run('UPDATE daemon SET seen_ms = seen_ms - $2 WHERE id = $1', [
      store.sharing.number,
      LEASE_MS + 1000,
    ]),
  )
}

/** Every scene. */
export const storeScenes: readonly StoreScene[] = [
  {
    name: 'executions that nobody owns',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      const all = [
        ['e1', { sessionId: 's1' }],
        ['e2', { sessionId: 's1' }],
        ['e3', { owner: 'bob' }],
      ] as const
      for (const [id, more] of all) {
        await store.submit(submission(id, { state: 'queued', ...more }), 'queue')
      }
    },
    operations: {
      claim,
      take: async ({ store }) => idOf(await store.take('e1')),
      'hold the session': ({ store }) => store.holdSession('s1', 'volatile'),
    },
    repeating: ['claim'],
    inTurn: {
      claim: { claim: [], take: undefined, 'hold the session': 'busy' },
      // It is taken whoever holds its session, and holds it not.
      take: { claim: ['e2', 'e3'], take: undefined },
      'hold the session': { claim: ['e3'], 'hold the session': 'held' },
    },
  },
  {
    name: 'an execution that waits for its session',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      await store.submit(submission('e1', { state: 'queued', sessionId: 's1' }), 'queue')
    },
    operations: {
      claim,
      'claim it': async ({ store }) => idOf(await store.claimOne('e1', LATER_MS)),
      'hold the session': ({ store }) => store.holdSession('s1', 'volatile'),
      'remove the session': ({ store }) => store.removeSession('s1'),
    },
    repeating: ['claim'],
    inTurn: {
      claim: { 'claim it': undefined, 'remove the session': false },
      'hold the session': { claim: [], 'claim it': undefined, 'remove the session': false },
    },
  },
  {
    name: 'executions of one owner, a few for each claim',
    prepare: async ({ store }) => {
      for (let n = 0; n < 6; n++) {
        await store.submit(submission(`e${n}`, { state: 'queued' }), 'queue')
      }
    },
    operations: {
      'claim three': async ({ store }) => (await claimedOf(store, LATER_MS, 3)).ids.length,
    },
    neverWaiting: { 'claim three': ['claim three'] },
    inTurn: { 'claim three': { 'claim three': 3 } },
  },
  {
    name: 'an execution that asks',
    prepare: async ({ store }) => {
      const approvals = [approval('e1', 'a1')]
      await store.submit(submission('e1', { events: [started('e1')], approvals }))
    },
    operations: {
      park: ({ store }) => write(store.park('e1', 1, parking({ records: [intent(1)] }))),
      approve: async ({ store }) => outcome(await store.decide('a1', approve)),
      reject: async ({ store }) => outcome(await store.decide('a1', reject)),
      finish: ({ store }) => write(store.finish('e1', 1, completed('e1'))),
      claim,
      'ask to cancel': ({ store }) => store.sharing.requestCancel('e1'),
    },
    ...claiming,
    inTurn: {
      approve: { park: 'ready', approve: 'already', reject: 'already', claim: [] },
      park: { approve: 'decided', finish: 'STALE_OWNER', park: 'STALE_OWNER', claim: ['e1'] },
      finish: { park: 'STALE_OWNER', approve: 'already', finish: 'STALE_OWNER', claim: [] },
    },
  },
  {
    name: 'an execution that waits for its decision',
    prepare: async ({ store }) => {
      const approvals = [approval('e1', 'a1')]
      await store.submit(submission('e1', { events: [started('e1')], approvals }))
      await store.park('e1', 1, parking({ wakeAtMs: LATER_MS + 1 }))
    },
    operations: {
      approve: async ({ store }) => outcome(await store.decide('a1', approve)),
      take: async ({ store }) => idOf(await store.take('e1')),
      append: ({ store }) => write(store.append('e1', 2, { records: [delivery(1)] })),
      claim,
    },
    ...claiming,
    inTurn: {
      approve: { claim: ['e1'], take: 'e1', append: 'STALE_OWNER' },
      claim: { approve: 'decided', append: 'STALE_OWNER' },
      take: { take: undefined, append: 'done', claim: [] },
    },
  },
  {
    name: 'an execution whose daemon is dead',
    prepare: dead,
    operations: {
      append: ({ store }) => write(store.append('e1', 1, { records: [delivery(1)] })),
      'append an event': ({ store }) =>
        write(store.append('e1', 1, { events: [logged('e1', 2, 'a')] })),
      finish: ({ store }) => write(store.finish('e1', 1, completed('e1'))),
      park: ({ store }) => write(store.park('e1', 1, parking())),
      reap: async ({ database }) => (await database.transaction(reap)).length,
      claim,
      'give back': ({ store }) => write(store.giveBack('e1', 1, 0)),
    },
    ...claiming,
    inTurn: {
      reap: { append: 'STALE_OWNER', finish: 'STALE_OWNER', park: 'STALE_OWNER', claim: ['e1'] },
      append: { append: 'INTERNAL', claim: [] },
      park: { append: 'STALE_OWNER', 'give back': 'STALE_OWNER' },
    },
  },
  {
    name: 'an execution that was given back, and its earlier owner',
    prepare: async ({ store }) => {
      await store.submit(submission('e1', { events: [started('e1')] }))
      await store.giveBack('e1', 1, 0)
    },
    operations: {
      append: ({ store }) => write(store.append('e1', 1, { records: [delivery(1)] })),
      'append of the next owner': ({ store }) =>
        write(store.append('e1', 2, { records: [delivery(1)] })),
      finish: ({ store }) => write(store.finish('e1', 1, completed('e1'))),
      claim,
    },
    ...claiming,
    inTurn: {
      claim: { append: 'STALE_OWNER', finish: 'STALE_OWNER', 'append of the next owner': 'done' },
      append: { append: 'STALE_OWNER', claim: ['e1'] },
    },
  },
  {
    name: 'a daemon that is dead, and comes back',
    prepare: dead,
    operations: {
      reap: async ({ database }) => (await database.transaction(reap)).length,
      renew: async ({ database }) =>
        await database.transaction(async tx => {
          const [row] = await tx.rows<{ id: number }>(`SELECT id FROM daemon WHERE name = 'one'`)
          return row !== undefined && (await renew(tx, row.id)) !== undefined
        }),
    },
    inTurn: { reap: { renew: false, reap: 0 }, renew: { reap: 0, renew: true } },
  },
  {
    name: 'submissions with one key',
    prepare: async () => {},
    operations: {
      'submit one': async ({ store }) => outcome(await store.submit(submission('e1', { key }))),
      'submit another': async ({ store }) => outcome(await store.submit(submission('e2', { key }))),
      'submit another body': async ({ store }) =>
        outcome(await store.submit(submission('e3', { key: { ...key, bodyHash: 'h2' } }))),
    },
    inTurn: {
      'submit one': { 'submit one': 'accepted', 'submit another': 'known' },
      'submit another': { 'submit another body': 'key-reused' },
    },
  },
  {
    name: 'a session',
    prepare: async ({ store }) => {
      await store.createSession('s1', 'alice', CREATED_MS)
      await store.holdSession('s1', 'e1')
      await store.submit(submission('e1', { sessionId: 's1' }))
      await store.submit(submission('e2', { sessionId: 's1', state: 'queued' }), 'queue')
    },
    operations: {
      finish: ({ store }) => write(store.finish('e1', 1, { ...completed('e1'), snapshot })),
      hold: ({ store }) => store.holdSession('s1', 'e3'),
      'hold for another': ({ store }) => store.holdSession('s1', 'e4'),
      release: ({ store }) => store.releaseSession('s1', 'e1'),
      remove: ({ store }) => store.removeSession('s1'),
      claim,
    },
    repeating: ['claim'],
    inTurn: {
      finish: { hold: 'held', claim: ['e2'], remove: true },
      hold: { 'hold for another': 'busy', claim: [], remove: false },
      release: { 'hold for another': 'held' },
    },
  },
  {
    name: 'messages to webhooks',
    prepare: async ({ store }) => {
      const webhooks = ['m1', 'm2'].map(id => message('e1', id, CREATED_MS))
      await store.submit(submission('e1', { webhooks }))
    },
    operations: {
      lease: async ({ store }) =>
        (await store.leaseWebhooks(CREATED_MS, 9)).map(({ messageId }) => messageId),
      delay: ({ store }) => store.delayWebhook('m1', CREATED_MS + 100),
      end: ({ store }) => store.endWebhook('m1'),
    },
    neverWaiting: { lease: ['lease', 'delay', 'end'] },
    inTurn: { lease: { lease: [] }, end: { lease: ['m2'] }, delay: { lease: ['m2'] } },
  },
  {
    name: 'what has ended',
    prepare: async ({ store }) => {
      for (const id of ['e1', 'e2']) {
        await store.submit(submission(id, { key: { text: id, bodyHash: 'h' } }))
        await store.finish(id, 1, completed(id))
      }
    },
    operations: {
      remove: ({ store }) => store.remove('e1'),
      sweep: ({ store }) => store.sweep({ endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: 1 }),
      'submit with a key': async ({ store }) =>
        outcome(await store.submit(submission('e9', { key: { text: 'e1', bodyHash: 'h' } }))),
    },
    neverWaiting: { sweep: ['sweep'] },
    inTurn: {
      remove: { 'submit with a key': 'removed', sweep: { executions: 1, sessions: 0 } },
      sweep: { 'submit with a key': 'removed', sweep: { executions: 0, sessions: 0 } },
    },
  },
]
