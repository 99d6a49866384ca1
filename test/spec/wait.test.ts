/** Waiting for an execution by its id: of a daemon, and of an executor in an app's own process. */

import t, { type Test } from 'tap'
import { type Executor, Latchd, type Outcome } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'

type Waiting = Extract<Outcome, { status: 'waiting' }>

const executors: Record<string, (t: Test) => Promise<Executor>> = {
  'in this process': async t => startExecutor(t),
  'over a daemon': async t => {
    const { url } = await testDaemon(t)
    const latchd = new Latchd({ url })
    t.teardown(() => latchd.close())
    return latchd
  },
}

for (const [where, start] of Object.entries(executors)) {
  t.test(where, async t => {
    const executor = await start(t)
    const ask = async (source = 'ask_human("Which?")') => {
      const outcome = (await executor.execute({ source, waitMs: 30_000 })) as Waiting
      const [{ approvalId } = {}] = outcome.waitingFor
      return { outcome, executionId: outcome.executionId, approvalId: approvalId as string }
    }

    t.test('with waitMs it resolves at once when it still waits for a person', async t => {
      const { outcome, executionId } = await ask()
      const { status, waitingFor } = (await executor.wait(executionId, {
        waitMs: 30_000,
      })) as Waiting
      t.strictSame({ status, waitingFor }, { status: 'waiting', waitingFor: outcome.waitingFor })
    })

    t.test('it resolves with the end after the decision, however often', async t => {
      const { executionId, approvalId } = await ask()
      await executor.approvals.approve(approvalId, { answer: 'this one' })
      const waited = await executor.wait(executionId, { waitMs: 30_000 })
      t.match(waited, { status: 'completed', output: 'this one' })
      t.match(await executor.wait(executionId), { status: 'completed', output: 'this one' })
    })

    t.test('without waitMs it waits through approvals, to the end', async t => {
      const { executionId, approvalId } = await ask()
      const end = executor.wait(executionId)
      await executor.approvals.approve(approvalId, { answer: 'late' })
      t.match(await end, { status: 'completed', output: 'late' })
    })

    t.test('aborting cancels the execution', async t => {
      const { executionId } = await ask()
      const controller = new AbortController()
      const end = executor.wait(executionId, { signal: controller.signal })
      controller.abort()
      t.match(await end, { status: 'cancelled' })
      t.match(await executor.wait(executionId), { status: 'cancelled' })
    })

    t.test('an id that is not known is NOT_FOUND', async t => {
      await t.rejects(executor.wait('exe_none'), { code: 'NOT_FOUND' })
    })
  })
}

t.test('an app that answers approvals itself waits through them by id too', async t => {
  const { url } = await testDaemon(t)
  const asking = new Latchd({ url })
  const answering = new Latchd({
    url,
    onApproval: async () => ({ decision: 'approve', answer: 'answered' }),
  })
  t.teardown(() => Promise.all([asking.close(), answering.close()]))
  const source = '[ask_human("One?"), ask_human("Two?")]'
  const { executionId } = await asking.execute({ source, waitMs: 30_000 })
  t.match(await answering.wait(executionId), { output: ['answered', 'answered'] })
})
