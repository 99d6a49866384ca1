/** What is written of executions while they run. */

import {
  approval,
  CREATED_MS,
  completed,
  delivery,
  intent,
  logged,
  message,
  parking,
  started,
  stuckExecution,
  submission,
} from '../../conformance/store-samples.ts'
import { outcomesOf, type Step, type StepGround } from './step.ts'

const key = { text: 'order-7', bodyHash: 'h1' }
const snapshot = { bytes: new Uint8Array([1, 2]), runtime: 'r', run: new Uint8Array([3]) }
/** All that an addition can have. */
const everything = (id: string) => ({
  program: 'compiled',
  records: [intent(2), delivery(1)],
  events: [logged(id, 2, 'a'), logged(id, 3, 'b')],
  approvals: [approval(id, `a-${id}`)],
  usage: '{}',
  startedAtMs: CREATED_MS + 1,
  runtime: 'r',
  webhooks: [message(id, `m-${id}`, CREATED_MS)],
})

const submitted =
  (more: object = {}) =>
  ({ store }: StepGround) =>
    store.submit(submission('e1', { events: [started('e1')], ...more }))

/** An execution that asks, and waits for the answer or goes on. */
const asking =
  (isWaiting: boolean, more: object = {}) =>
  async ({ store }: StepGround) => {
    const approvals = [approval('e1', 'a1', more)]
    await store.submit(submission('e1', { events: [started('e1')], approvals }))
    if (isWaiting) await store.park('e1', 1, parking({ records: [intent(3)] }))
  }
const approved = { status: 'approved', decidedAtMs: CREATED_MS + 9, decidedBy: 'ann' } as const

async function inSession({ store }: StepGround): Promise<void> {
  await store.createSession('s1', 'alice', CREATED_MS)
  await store.holdSession('s1', 'e1')
  await store.submit(submission('e1', { events: [started('e1')], sessionId: 's1' }))
}

/** Operations on executions and their approvals. */
export const executionSteps: readonly Step[] = [
  {
    name: 'submit with a key, events and a message',
    act: ({ store }) =>
      store.submit(
        submission('e1', { key, events: [started('e1')], webhooks: [message('e1', 'm1', 1)] }),
      ),
  },
  {
    name: 'submit several at once, two of one key',
    act: async ({ store }) =>
      await outcomesOf([
        store.submit(submission('e1', { key })),
        store.submit(submission('e2', { key })),
        store.submit(submission('e3', { state: 'queued' }), 'queue'),
      ]),
  },
  {
    name: 'submit beyond the limit of the owner',
    prepare: submitted(),
    act: ({ store }) => store.submit(submission('e2', { maxUnderWay: 1 })),
  },
  {
    name: 'append all that an addition can have',
    prepare: submitted(),
    act: ({ store }) => store.append('e1', 1, everything('e1')),
  },
  {
    name: 'append a record alone',
    prepare: submitted(),
    act: ({ store }) => store.append('e1', 1, { records: [intent(1)] }),
  },
  {
    name: 'append an approval alone',
    prepare: submitted(),
    act: ({ store }) => store.append('e1', 1, { approvals: [approval('e1', 'a1')] }),
  },
  {
    name: 'append an event alone',
    prepare: submitted(),
    act: ({ store }) => store.append('e1', 1, { events: [logged('e1', 2, 'a')] }),
  },
  {
    name: 'append to several, of which one has another owner',
    prepare: async ({ store }) => {
      for (const id of ['e1', 'e2', 'e3'])
        await store.submit(submission(id, { events: [started(id)] }))
    },
    act: ({ store }) =>
      outcomesOf([
        store.append('e1', 1, everything('e1')),
        store.append('e2', 7, everything('e2')),
        store.append('e3', 1, { records: [delivery(1)] }),
      ]),
  },
  {
    name: 'park with an approval and a record',
    prepare: submitted(),
    act: ({ store }) =>
      store.park(
        'e1',
        1,
        parking({ approvals: [approval('e1', 'a1')], records: [intent(1)], webhooks: [] }),
      ),
  },
  {
    name: 'park when the decision is there already',
    prepare: async ground => {
      await asking(false)(ground)
      await ground.other.decide('a1', approved)
    },
    act: ({ store }) =>
      store.park('e1', 1, parking({ records: [intent(2)], events: [logged('e1', 2, 'a')] })),
  },
  {
    name: 'park with a record alone when the decision is there already',
    prepare: async ground => {
      await asking(false)(ground)
      await ground.other.decide('a1', approved)
    },
    act: ({ store }) => store.park('e1', 1, parking({ records: [intent(2)] })),
  },
  {
    name: 'finish in a session, with its state, a message and an approval that expires',
    prepare: async ground => {
      await inSession(ground)
      await ground.store.append('e1', 1, { approvals: [approval('e1', 'a1')] })
    },
    act: ({ store }) =>
      store.finish('e1', 1, {
        ...completed('e1', { records: [delivery(1)], webhooks: [message('e1', 'm1', 1)] }),
        snapshot,
      }),
  },
  {
    name: 'become stuck',
    prepare: submitted(),
    act: ({ store }) => store.finish('e1', 1, { execution: stuckExecution('e1') }),
  },
  {
    name: 'retry what is stuck',
    prepare: async ground => {
      await submitted()(ground)
      await ground.store.finish('e1', 1, { execution: stuckExecution('e1') })
    },
    act: ({ store }) => store.retry('e1'),
  },
  {
    name: 'quarantine',
    prepare: submitted({ webhookUrl: 'https://example.org/hook' }),
    act: async ({ store }) => (await store.quarantine('e1', 1, CREATED_MS))?.event,
  },
  {
    name: 'decide for one that waits',
    prepare: asking(true),
    act: ({ store }) => store.decide('a1', approved),
  },
  {
    name: 'decide for one that runs',
    prepare: asking(false),
    act: ({ store }) => store.decide('a1', { ...approved, status: 'rejected', reason: 'no' }),
  },
  {
    name: 'decide too late',
    prepare: asking(true),
    act: ({ store }) => store.decide('a1', approved, CREATED_MS + 5000),
  },
  {
    name: 'decide what another person has decided',
    prepare: async ground => {
      await asking(true)(ground)
      await ground.other.decide('a1', { ...approved, status: 'rejected', decidedBy: 'bob' })
    },
    act: ({ store }) => store.decide('a1', approved),
  },
  {
    name: 'decide, and remember it for the session',
    prepare: async ground => {
      await inSession(ground)
      const asked = { ...approval('e1', 'a1', { sessionId: 's1' }), isRemembered: true }
      await ground.store.append('e1', 1, { approvals: [asked] })
    },
    act: ({ store }) =>
      store.decide('a1', { ...approved, remember: 'session', rememberAs: 'send' }),
  },
  {
    name: 'remove',
    prepare: async ground => {
      await submitted({ key })(ground)
      await ground.store.finish('e1', 1, completed('e1', everything('e1')))
    },
    act: ({ store }) => store.remove('e1'),
  },
  {
    name: 'read everything of one',
    prepare: async ground => {
      await submitted({ key })(ground)
      await ground.store.finish('e1', 1, completed('e1', everything('e1')))
    },
    act: async ({ store }) => ({
      got: await store.get('e1'),
      keyed: await store.keyed('alice', key.text),
      events: await store.events('e1', 0),
      source: await store.source('e1'),
      journal: await store.journal('e1'),
      approvals: await store.approvals({
        ...{ owner: 'alice', status: 'pending', executionId: 'e1', after: undefined, limit: 9 },
      }),
    }),
  },
]
