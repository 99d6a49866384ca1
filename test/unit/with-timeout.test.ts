/** The time of a tool's answer, and who gives up when it is over or the call is aborted. */

import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import t from 'tap'
import { CallContext } from '../../protocol/tool/call-context.ts'
import { withTimeout } from '../../protocol/tool/with-timeout.ts'

const facts = {
  ...{ callId: 'call_1_1', executionId: 'exe_1', sessionId: undefined, caller: 'one' },
  ...{ metadata: {}, onProgress: () => {} },
}

const silent = () => new Promise<never>(() => {})

t.test('an abort ends all that wait for one call, but those that have their answer', async t => {
  const context = new CallContext(facts)
  const answers = [
    withTimeout(silent(), 60_000, context),
    withTimeout(Promise.resolve('here'), 60_000, context),
    withTimeout(silent(), 'none', new CallContext(facts)),
    withTimeout(silent(), 60_000, context),
  ] as const
  t.equal(await answers[1], 'here')
  context.abort(new Error('it is over'))
  await t.rejects(answers[0], { message: 'it is over' })
  await t.rejects(answers[3], { message: 'it is over' })
  await t.rejects(Promise.race([answers[2], Promise.reject(new Error('waits'))]), {
    message: 'waits',
  })
})

t.test('a call that has ended keeps no process from ending', async t => {
  const protocol = resolve(import.meta.dirname, '../../protocol/tool')
  const script = `
const { CallContext } = await import('${protocol}/call-context.ts')
const { withTimeout } = await import('${protocol}/with-timeout.ts')
const context = new CallContext({})
console.log(await withTimeout(Promise.resolve('here'), 3_600_000, context))`
  const flags = ['--no-warnings', '--input-type=module', '-e', script]
  // It is killed after a minute, where the timer of the call had an hour.
  const said = execFileSync(process.execPath, flags, { encoding: 'utf8', timeout: 60_000 })
  t.equal(said, 'here\n')
})
