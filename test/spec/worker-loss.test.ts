/** A worker thread that is lost is replaced, and only its own execution hears of it. */

import t, { type Test } from 'tap'
import { runScript } from '../support/child-script.ts'
import { openExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'
import { echo, exceeded, failure, unharmed } from '../support/one-worker.ts'

/** Stays in one built-in that does not poll: only the end of its thread ends it. */
const unresponsive = `new Array(2 ** 32 - 1).join('x')`
const limits = { cpuMs: 20 }

function start(t: Test, workers: number) {
  const begun = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<string>()
  const executor = openExecutor(t, {
    workers,
    tools: { echo, begin: () => begun.resolve(), wait: () => answer.promise },
  })
  return { executor, begun: begun.promise, answer }
}

t.test('a guest that does not answer its interrupt ends with its thread alone', async t => {
  const { executor, begun, answer } = start(t, 2)
  const waiting = executor.execute({ source: 'begin(); wait()' })
  await begun
  const source = `console.log('first'); echo(1); ${unresponsive}`
  const lost = executor.execute({ source, limits })
  const queued = [1, 2, 3].map(n => executor.execute({ source: `await echo(${n})` }))
  const outcome = await lost

  t.test('its calls and log are kept', async t => {
    t.strictSame(failure(outcome), exceeded('cpuMs'))
    t.match(outcome, { error: { message: /worker was replaced/ } })
    t.equal(outcome.logText, 'first')
    t.match(outcome.calls, [{ tool: 'echo', status: 'completed' }])
  })

  t.test('executions on other workers and in the queue go on', async t => {
    answer.resolve('answered')
    t.equal((await waiting).output, 'answered')
    const outputs = (await Promise.all(queued)).map(({ output }) => output)
    t.strictSame(outputs, [1, 2, 3])
    await Promise.all([unharmed(t, executor), unharmed(t, executor)])
  })
})

t.test('all workers lost at once are replaced', async t => {
  const { executor } = start(t, 2)
  const lost = [1, 2, 3].map(() => executor.execute({ source: unresponsive, limits }))
  for (const outcome of await Promise.all(lost)) {
    t.strictSame(failure(outcome), exceeded('cpuMs'))
  }
  await Promise.all([unharmed(t, executor), unharmed(t, executor)])
})

t.test('a guest that does not answer is cancelled with its thread', async t => {
  const { executor, begun } = start(t, 1)
  const controller = new AbortController()
  const source = `begin(); ${unresponsive}`
  const ended = executor.execute({ source, signal: controller.signal })
  await begun
  controller.abort()
  t.match(await ended, { status: 'cancelled', error: { code: 'CANCELLED' } })
  await unharmed(t, executor)
})

// To fill a heap takes seconds of computing.
const takesLong = { skip: !isLong && 'part of npm run tests:long' }

t.test(
  'a program that costs two threads ends with ENGINE_FAILURE, and no other does',
  takesLong,
  async t => {
    const script = 'test/support/lose-workers.ts'
    const { code, stdout, stderr } = await runScript(script, ['--max-old-space-size=32'])
    t.equal(code, 0, stderr)
    t.strictSame(JSON.parse(stdout), {
      lost: { code: 'ENGINE_FAILURE', status: 'failed' },
      next: 'next',
      waited: 'waited',
    })
  },
)

t.test(
  'who costs workers again and again is refused for a while, and nobody else is',
  takesLong,
  async t => {
    const script = 'test/support/abuse-workers.ts'
    const { code, stdout, stderr } = await runScript(script, ['--max-old-space-size=40'])
    t.equal(code, 0, stderr)
    const failures = Array(4).fill('ENGINE_FAILURE')
    t.strictSame(JSON.parse(stdout), { eve: [...failures, 'WORKER_ABUSE'], ann: 'completed' })
  },
)
