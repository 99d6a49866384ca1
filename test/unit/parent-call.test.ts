/** What an execution says of the call that began it. */

import t from 'tap'
import { metadataBeneath, parentCallOf } from '../../protocol/execution/parent-call.ts'

const digits = '0123456789abcdef'.repeat(2)
const callId = `call_${digits}_12`
const executionId = `exe_${digits}`

t.test('a call of an execution is the parent of what it begins', async t => {
  const metadata = metadataBeneath({ callId, executionId, metadata: { team: 'blue' } })
  t.strictSame(metadata, { parentCallId: callId })
  t.strictSame(parentCallOf({ ...metadata, more: 1 }), { callId, executionId })
})

t.test("a call of a model's own passes on the one that it is beneath", async t => {
  const metadata = { parentCallId: callId }
  const own = { callId: 'call_7', executionId: 'call_7' }
  t.strictSame(metadataBeneath({ ...own, metadata }), metadata)
  t.strictSame(metadataBeneath({ ...own, metadata: {} }), {})
  t.strictSame(metadataBeneath({}), {})
  // The id of a call does not name the execution that it is handed with.
  t.strictSame(metadataBeneath({ callId, executionId: 'exe_other' }), {})
})

t.test('what is no id of a call is no parent', async t => {
  for (const id of [undefined, 7, '', 'call_1', `call_${digits}`, `${callId}x`, executionId]) {
    t.equal(parentCallOf({ parentCallId: id }), undefined)
  }
  t.equal(parentCallOf(undefined), undefined)
})
