/** What a daemon does when its store refuses: on a full disk, or for a reason of its own. */

import t, { type Test } from 'tap'
import { tool } from '../../sdk/index.ts'
import { Lives } from '../drill/lives.ts'
import { get, post } from '../support/daemon.ts'
import { FailingStore } from '../support/failing-store.ts'

const effects: string[] = []
const pay = tool({
  name: 'pay',
  description: 'Pays, once.',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  execute: async ({ who }) => {
    effects.push(String(who))
    return `paid ${who}`
  },
})

const disk = new FailingStore()
const lives = await Lives.open(undefined, store => disk.wrap(store))
t.teardown(() => lives.close())
const url = await lives.next([pay])

const submit = async (source: string, more: object = {}) =>
  (await post(`${url}/v1/executions`, { source, ...more })).body.executionId as string
const read = async (id: string, waitMs = 0) =>
  (await get(`${url}/v1/executions/${id}?waitMs=${waitMs}`)).body
const ended = (id: string) => read(id, 30_000)

/** An execution that waits for a person, and is in the store alone; gives it and its approval. */
async function waiting(t: Test) {
  const executionId = await submit('human_approval("Go on?").approved')
  const { status, waitingFor } = await read(executionId, 30_000)
  t.equal(status, 'waiting')
  // It leaves memory after it has told so: the store says when.
  while ((await lives.store.get(executionId))?.execution.status !== 'waiting');
  return { executionId, approvalId: waitingFor[0].approvalId as string }
}

t.test(
  'a decision that was taken before the disk got full is acted on when there is room',
  async t => {
    const { executionId, approvalId } = await waiting(t)
    disk.fill('claim')
    const refused = disk.refused('claim')
    const { status } = await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    t.equal(status, 200)
    await refused
    disk.empty()
    t.match(await ended(executionId), { status: 'completed', output: { value: true } })
  },
)

t.test('an instant that falls into the time of a full disk is not lost', async t => {
  const executionId = await submit('sleep(1200); "slept"')
  t.equal((await read(executionId, 200)).status, 'waiting')
  disk.fill('claim')
  await disk.refused('claim')
  disk.empty()
  t.match(await ended(executionId), { status: 'completed', output: { value: 'slept' } })
})

t.test('an execution that cannot be loaded is tried again', async t => {
  const { executionId, approvalId } = await waiting(t)
  disk.fail('claim', 2)
  await post(`${url}/v1/approvals/${approvalId}`, { decision: 'reject' })
  t.match(await ended(executionId), { status: 'completed', output: { value: false } })
})

t.test('a read does not wait for room, and tells of no end that is not kept', async t => {
  const { executionId, approvalId } = await waiting(t)
  disk.fill('finish')
  const refused = disk.refused('finish')
  await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  await refused
  t.match(await read(executionId), { status: 'running', output: undefined, endedAtMs: undefined })
  t.match(await read(executionId, 10), { status: 'running' })
  const { status, body } = await post(`${url}/v1/executions/${executionId}/cancel`, {})
  t.match({ status, body }, { status: 507, body: { code: 'STORE_FULL' } })
  disk.empty()
  t.match(await ended(executionId), { status: 'completed', output: { value: true } })
})

t.test('what is not durable and cannot be made so is refused, and goes on', async t => {
  disk.fill()
  const { status, body } = await post(`${url}/v1/execute`, {
    source: 'human_approval("Go on?").approved',
    waitMs: 100,
  })
  t.match({ status, body }, { status: 507, body: { code: 'STORE_FULL', detail: /exe_\w+/ } })
  const [executionId] = /exe_\w+/.exec(body.detail) as unknown as [string]
  const events = await fetch(`${url}/v1/executions/${executionId}/events`)
  t.equal(events.status, 200)
  await events.body?.cancel()
  disk.empty()
  t.match(await read(executionId, 30_000), { status: 'waiting', waitingFor: [{}] })
})

t.test('readyz says that the disk is full, as long as it is', async t => {
  disk.fill()
  t.match(await get(`${url}/readyz`), { status: 507, body: { code: 'STORE_FULL' } })
  disk.empty()
  t.match(await get(`${url}/readyz`), { status: 200 })
})

t.test('a write that fails before a call is no error of the program', async t => {
  disk.fail('append', 1)
  const executionId = await submit('try { pay("Ada") } catch (error) { `caught ${error}` }')
  t.match(await ended(executionId), { status: 'completed', output: { value: 'paid Ada' } })
  t.strictSame(effects, ['Ada'])
})

t.test(
  'an execution that cannot be stored for its approval ends, by no fault of its own',
  async t => {
    disk.fail('submit', 1)
    const { status, body } = await post(`${url}/v1/execute`, {
      source: 'try { human_approval("Go on?") } catch (error) { `caught ${error}` }',
    })
    t.match({ status, body }, { status: 200, body: { status: 'failed' } })
    t.equal(body.error.code, 'ENGINE_FAILURE')
  },
)
