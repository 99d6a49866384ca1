/** The approvals that were shown lately. */

import t from 'tap'
import { ShownApprovals } from '../../daemon/approvals/shown-approvals.ts'
import type { Approval } from '../../protocol/approval.ts'

const approval = (n: number): Approval => ({
  approvalId: `apr_${n}`,
  executionId: `exe_${n}`,
  callId: `call_${n}_1`,
  tool: 'send',
  input: { text: 'x'.repeat(1000) },
  status: 'pending',
  createdAtMs: n,
  expiresAtMs: n + 1,
})

t.test('each is given once, without what it asks about', async t => {
  const shown = new ShownApprovals()
  shown.add('ann', approval(1))
  t.strictSame(shown.take('apr_1'), {
    owner: 'ann',
    approvalId: 'apr_1',
    executionId: 'exe_1',
    tool: 'send',
  })
  t.equal(shown.take('apr_1'), undefined)
  t.equal(shown.take('apr_2'), undefined)
})

t.test('the oldest make room for the newest', async t => {
  const shown = new ShownApprovals()
  for (let n = 0; n < 1005; n++) shown.add('ann', approval(n))
  t.equal(shown.take('apr_4'), undefined)
  t.match(shown.take('apr_5'), { owner: 'ann' })
  t.match(shown.take('apr_1004'), { owner: 'ann' })
})
