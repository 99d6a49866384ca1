/** An execution is cancelled wherever it stands: running, waiting for a tool, in the queue, or not begun. */

import t, { type Test } from 'tap'
import type { Outcome } from '../../executor/index.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import { openExecutor } from '../support/executor.ts'
import { unharmed } from '../support/one-worker.ts'

/** A tool that tells when it is called, and waits until it is aborted. */
class Gate {
  readonly #called = Promise.withResolvers<ToolContext>()
  readonly aborted = Promise.withResolvers<unknown>()
  calls = 0

  readonly tool = {
    name: 'wait',
    description: '',
    execute: (_input: unknown, context: ToolContext) => {
      this.calls++
      const { promise, reject } = Promise.withResolvers<never>()
      const onAbort = () => {
        this.aborted.resolve(context.signal.reason)
        reject(context.signal.reason)
      }
      context.signal.addEventListener('abort', onAbort)
      this.#called.resolve(context)
      return promise
    },
  }

  /** Resolves with the context of the first call. */
  get called(): Promise<ToolContext> {
    return this.#called.promise
  }
}

function start(t: Test, workers = 1) {
  const gate = new Gate()
  const begun = Promise.withResolvers<void>()
  const executor = openExecutor(t, {
    workers,
    tools: [
      gate.tool,
      { name: 'echo', description: '', execute: async (value: unknown) => value },
      { name: 'begin', description: '', execute: () => begun.resolve() },
    ],
  })
  return { executor, gate, begun: begun.promise }
}

function assertCancelled(t: Test, outcome: Outcome): void {
  t.match(outcome, { status: 'cancelled', error: { code: 'CANCELLED' } })
}

t.test('a running guest is cancelled, and none of its catch and finally runs', async t => {
  const { executor, begun } = start(t)
  const controller = new AbortController()
  const source = `console.log('before'); begin()
    try { while (true) {} } catch { console.log('caught') } finally { console.log('finally') }`
  const ended = executor.execute({ source, signal: controller.signal })
  await begun
  controller.abort()
  const outcome = await ended
  assertCancelled(t, outcome)
  t.equal(outcome.logText, 'before')
  await unharmed(t, executor)
})

for (const [how, source] of [
  ['a call', 'wait()'],
  ['an awaited call', 'await wait()'],
  ['concurrent calls', 'await Promise.all([wait(), wait(), wait()])'],
  ['tool.map', 'wait.map([1, 2])'],
  [
    'a call in try',
    'try { wait() } catch { console.log("caught") } finally { console.log("finally") }',
  ],
] as const) {
  t.test(`a guest that waits for ${how} is cancelled, and the tool's signal aborted`, async t => {
    const { executor, gate } = start(t)
    const controller = new AbortController()
    const ended = executor.execute({ source, signal: controller.signal })
    const { signal } = await gate.called
    t.equal(signal.aborted, false)
    controller.abort()
    const outcome = await ended
    assertCancelled(t, outcome)
    await gate.aborted.promise
    t.equal(signal.aborted, true)
    t.equal(outcome.logText, '')
    t.ok(outcome.calls.every(({ status }) => status === 'cancelled'))
    await unharmed(t, executor)
  })
}

t.test('a guest that waits for a timer is cancelled', async t => {
  const { executor, begun } = start(t)
  const controller = new AbortController()
  const source = 'begin(); await new Promise(resolve => setTimeout(resolve, 1e8))'
  const ended = executor.execute({ source, signal: controller.signal })
  await begun
  controller.abort()
  assertCancelled(t, await ended)
  await unharmed(t, executor)
})

t.test('a guest that reads a stream is cancelled, and the tool cleans up', async t => {
  const { executor } = start(t)
  const controller = new AbortController()
  const cleaned = Promise.withResolvers<string>()
  const yielded = Promise.withResolvers<void>()
  const numbers = async function* () {
    try {
      yield 1
      yielded.resolve()
      yield 2
    } finally {
      cleaned.resolve('cleaned up')
    }
  }
  const source = 'for (const n of numbers()) if (n === 2) while (true);'
  const tools = { numbers }
  const ended = executor.execute({ source, tools, signal: controller.signal })
  await yielded.promise
  controller.abort()
  assertCancelled(t, await ended)
  t.equal(await cleaned.promise, 'cleaned up')
  await unharmed(t, executor)
})

t.test('an execution in the queue is cancelled at once, and the one before it goes on', async t => {
  const { executor, gate } = start(t)
  const first = new AbortController()
  const second = new AbortController()
  const running = executor.execute({ source: 'wait()', signal: first.signal })
  await gate.called
  const queued = executor.execute({ source: 'begin()', signal: second.signal })
  const last = executor.execute({ source: 'await echo("last")' })
  second.abort()
  const outcome = await queued
  assertCancelled(t, outcome)
  t.equal('startedAtMs' in outcome, false)
  t.strictSame(outcome.calls, [])
  t.equal(gate.calls, 1)
  first.abort()
  assertCancelled(t, await running)
  t.equal((await last).output, 'last')
})

for (const [when, isStarted] of [
  ['before the workers have started', false],
  ['with workers that stand ready', true],
] as const) {
  t.test(`an execution whose signal is aborted ${when} never runs`, async t => {
    const { executor, gate } = start(t)
    if (isStarted) await executor.start()
    const outcome = await executor.execute({ source: 'wait()', signal: AbortSignal.abort() })
    assertCancelled(t, outcome)
    t.equal(gate.calls, 0)
    await unharmed(t, executor)
  })
}

t.test('aborting after the end changes nothing', async t => {
  const { executor } = start(t)
  const controller = new AbortController()
  const outcome = await executor.execute({ source: '7', signal: controller.signal })
  controller.abort()
  t.strictSame([outcome.status, outcome.output], ['completed', 7])
  await unharmed(t, executor)
})

for (const [what, source] of [
  ['running', 'begin(); while (true);'],
  ['waiting', 'begin(); wait()'],
] as const) {
  t.test(`leaving the stream of a ${what} execution cancels it`, async t => {
    const { executor, gate } = start(t)
    for await (const event of executor.stream({ source })) {
      if (event.type === 'call-completed') break
    }
    // The only worker is free again.
    await unharmed(t, executor)
    if (gate.calls > 0) await gate.aborted.promise
  })
}

t.test('a stream that is left while its reader waits for an event ends', async t => {
  const { executor, gate } = start(t)
  const events = executor.stream({ source: 'wait()' })[Symbol.asyncIterator]()
  const types: string[] = []
  const take = ({ value, done }: IteratorResult<ExecutionEvent>) =>
    types.push(done ? 'done' : value.type)
  take(await events.next())
  take(await events.next())
  const next = events.next()
  await gate.called
  await events.return?.()
  await next
  t.strictSame(types, ['execution-started', 'call-started'])
  await gate.aborted.promise
  await unharmed(t, executor)
})

t.test('leaving the stream of a queued execution takes it out of the queue', async t => {
  const { executor, gate } = start(t)
  const controller = new AbortController()
  const running = executor.execute({ source: 'wait()', signal: controller.signal })
  await gate.called
  const events = executor.stream({ source: 'wait()' })[Symbol.asyncIterator]()
  const next = events.next()
  await events.return?.()
  await next
  controller.abort()
  await running
  await unharmed(t, executor)
  t.equal(gate.calls, 1)
})

t.test('cancelling is idempotent: the first reason stays', async t => {
  const { executor, gate } = start(t)
  const controller = new AbortController()
  const events = executor.stream({ source: 'wait()', signal: controller.signal })
  const types: string[] = []
  for await (const event of events) {
    types.push(event.type)
    if (event.type === 'call-started') {
      await gate.called
      controller.abort()
      controller.abort()
    }
    if (event.type === 'execution-ended') t.match(event.execution, { status: 'cancelled' })
  }
  t.strictSame(types, ['execution-started', 'call-started', 'call-completed', 'execution-ended'])
  await unharmed(t, executor)
})

t.test('closing the executor cancels what runs, waits and is queued', async t => {
  const { executor, gate, begun } = start(t, 2)
  const waiting = executor.execute({ source: 'wait()' })
  const running = executor.execute({ source: 'begin(); while (true);' })
  await Promise.all([gate.called, begun])
  const queued = executor.execute({ source: '1' })
  const [a, b, c] = await Promise.all([waiting, running, queued, executor.close()])
  for (const outcome of [a, b, c]) assertCancelled(t, outcome)
  await t.rejects(executor.execute({ source: '1' }), { code: 'EXECUTOR_CLOSED' })
})
