/** Approvals of more executions than there are workers: each is named as soon as it can be decided. */

import t, { type Test } from 'tap'
import type { Execution } from '../../protocol/execution/execution.ts'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { codeTool, Latchd } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'

const COUNT = 24
const SOURCE = 'human_approval("Do it?").approved'
/** Far more than it takes, far less than the executions are waited for. */
const WAIT_MS = 300_000

const range = Array.from({ length: COUNT }, (_, i) => i)

function namesItsApproval(t: Test, execution: Execution): string {
  const { status } = execution
  const [waiting] = status === 'waiting' ? execution.waitingFor : []
  t.match({ status, waiting }, { status: 'waiting', waiting: { approvalId: /^apr_/ } })
  return waiting?.approvalId ?? ''
}

for (const isolation of isolationLevels) {
  t.test(`at the level ${isolation}`, async t => {
    const { url } = await testDaemon(t, { LATCHD_ISOLATION: isolation })

    t.test('over HTTP every execution answers with its approval, lists have it too', async t => {
      const answers = await Promise.all(
        range.map(() => post(`${url}/v1/execute`, { source: SOURCE, waitMs: WAIT_MS })),
      )
      const ids = answers.map(({ body }) => namesItsApproval(t, body))
      t.equal(new Set(ids).size, COUNT)
      const { body } = await get(`${url}/v1/executions?status=waiting`)
      const listed = body.data.map((execution: Execution) => namesItsApproval(t, execution))
      t.strictSame(listed.toSorted(), ids.toSorted())
      await Promise.all(ids.map(id => post(`${url}/v1/approvals/${id}`, { decision: 'approve' })))
      const ends = await Promise.all(
        answers.map(({ body }) => get(`${url}/v1/executions/${body.executionId}?waitMs=30000`)),
      )
      for (const { body } of ends) t.equal(body.output?.value, true)
    })

    t.test('a wait that begins before the park ends with the approval', async t => {
      const accepted = await Promise.all(
        range.map(() => post(`${url}/v1/executions`, { source: SOURCE })),
      )
      const waits = await Promise.all(
        accepted.map(({ body }) =>
          get(`${url}/v1/executions/${body.executionId}?waitMs=${WAIT_MS}`),
        ),
      )
      for (const { body } of waits) namesItsApproval(t, body)
    })

    t.test('the SDK and the code tool hand out the approvals', async t => {
      const latchd = new Latchd({ url })
      t.teardown(() => latchd.close())
      const outcomes = await Promise.all(
        range.map(() => latchd.execute({ source: SOURCE, waitMs: WAIT_MS })),
      )
      for (const outcome of outcomes) namesItsApproval(t, outcome as unknown as Execution)
      const tool = codeTool({ executor: latchd, waitMs: WAIT_MS })
      const answers = await Promise.all(range.map(() => tool.run({ source: SOURCE })))
      for (const answer of answers) {
        t.match(answer, { status: 'waiting', approvalId: /^apr_/ })
      }
    })
  })
}
