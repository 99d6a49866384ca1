/**
 * Instants with a fraction: the guest's clock has one after each look at it, and a program may ask for
 * any time. The store has whole milliseconds.
 */

import { join } from 'node:path'
import t from 'tap'
import { get, post, testDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { testFolder } from '../support/test-folder.ts'

const LONG_MS = 86_400_000

t.test('a wait of a fraction of a millisecond is put away and goes on', async t => {
  const { url } = await testDaemon(t)
  for (const wait of ['sleep(1500.25)', 'await new Promise(done => setTimeout(done, 1500.75))']) {
    const { body } = await post(`${url}/v1/execute`, {
      source: `${wait}; return 'over'`,
      durable: true,
    })
    t.match(body, { status: 'completed', output: { value: 'over' } }, wait)
  }
})

/** Whether an execution waits for another approval. */
const isNext = (
  { status, waitingFor }: { status: string; waitingFor?: { approvalId: string }[] },
  before: string,
) => status === 'waiting' && waitingFor?.[0] !== undefined && waitingFor[0].approvalId !== before

t.test('one that is restored while it waits for a long timer is put away again', async t => {
  const { url } = await testDaemon(t)
  const source = `const at = Date.now()
    const timer = setTimeout(() => {}, ${LONG_MS})
    const answers = [1, 2, 3].map(n => human_approval('step ' + n + ' of ' + at).approved)
    clearTimeout(timer)
    return answers`
  const { body: begun } = await post(`${url}/v1/execute`, { source, waitMs: 30_000 })
  let { status, waitingFor } = begun
  for (let step = 1; step <= 3; step++) {
    t.equal(status, 'waiting', `before step ${step}`)
    const { approvalId } = waitingFor[0]
    await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    const { body } = await eventually(
      () => get(`${url}/v1/executions/${begun.executionId}`),
      ({ body }) => body.status === 'completed' || isNext(body, approvalId),
    )
    if (step === 3) t.match(body, { status: 'completed', output: { value: [true, true, true] } })
    status = body.status
    waitingFor = body.waitingFor
  }
})

t.test('an approval that expires after a fraction of a millisecond is put away', async t => {
  const folder = testFolder(t, {
    'tools.mjs': `export default { pay: { description: 'Pays.', needsApproval: true, approvalTimeoutMs: 2500.5, execute: () => 1 } }`,
  })
  const { url } = await testDaemon(t, { LATCHD_TOOLS: join(folder, 'tools.mjs') })
  const source = `Date.now(); try { return pay() } catch (error) { return error.name }`
  const { body } = await post(`${url}/v1/execute`, { source })
  t.equal(body.status, 'waiting')
  const asked = await get(`${url}/v1/approvals/${body.waitingFor[0].approvalId}`)
  t.ok(Number.isInteger(asked.body.expiresAtMs))
  const ended = await eventually(
    () => get(`${url}/v1/executions/${body.executionId}`),
    ({ body }) => body.status === 'completed',
  )
  t.equal(ended.body.output.value, 'ApprovalExpiredError')
})
