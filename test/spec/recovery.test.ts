/** What a daemon does with executions that were under way when the one before it was lost. */

import { EventEmitter, once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import type { Addition, Parking, Store } from '../../daemon/store/store.ts'
import { createExecutor } from '../../executor/index.ts'
import type { ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { Lives } from '../drill/lives.ts'
import { get, post } from '../support/daemon.ts'

/** The next daemons of one store, ended with the test. */
async function lives(t: Test): Promise<Lives> {
  const opened = await Lives.open()
  t.teardown(() => opened.close())
  return opened
}

interface Asked {
  readonly input: unknown
  readonly context: ToolContext
}

/** A tool that never answers; tells of its calls. */
function silent(fields: Partial<ToolDefinition> = {}) {
  const called = Promise.withResolvers<Asked>()
  const tool = {
    name: 'work',
    description: '',
    ...fields,
    execute: (input: unknown, context: ToolContext) => {
      called.resolve({ input, context })
      return new Promise<never>(() => {})
    },
  }
  return { tool: tool as ToolDefinition, called: called.promise }
}

/** A tool of that name that answers; keeps its calls. */
function answering(value: unknown, fields: Partial<ToolDefinition> = {}) {
  const calls: Asked[] = []
  const tool = {
    name: 'work',
    description: '',
    ...fields,
    execute: (input: unknown, context: ToolContext) => {
      calls.push({ input, context })
      return value
    },
  }
  return { tool: tool as ToolDefinition, calls }
}

async function submit(url: string, source: string): Promise<string> {
  const { status, body } = await post(`${url}/v1/executions`, { source })
  if (status !== 202) throw new Error(`The submission was answered ${status}`)
  return body.executionId
}

/** The execution as soon as it has ended, is stuck or waits for a person. */
async function rest(url: string, executionId: string) {
  const { body } = await get(`${url}/v1/executions/${executionId}?waitMs=10000`)
  return body
}

/** Loses a daemon in the middle of a call, and gives what the next one makes of it. */
async function loseIn(
  t: Test,
  source: string,
  annotations: ToolDefinition['annotations'],
  next: Partial<ToolDefinition> = {},
) {
  const daemons = await lives(t)
  const before = silent({ ...(annotations && { annotations }) })
  const first = await daemons.next([before.tool])
  const executionId = await submit(first, source)
  const asked = await before.called
  const after = answering('again', { ...(annotations && { annotations }), ...next })
  const url = await daemons.next([after.tool])
  const execution = await rest(url, executionId)
  return { execution, asked, calls: after.calls, url }
}

const CAUGHT = `try { work(1) } catch (error) {
  const { name, code, tool } = error
  return [name, code, tool, error instanceof CallInterruptedError]
}`

/** A tool whose call ends with an error when the daemon stops; a stream has given an item before. */
function cutOff(annotations: ToolDefinition['annotations'], isStream: boolean) {
  const called = Promise.withResolvers<void>()
  const rejected = ({ signal }: ToolContext) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      called.resolve()
    })
  async function* items(context: ToolContext) {
    yield 1
    yield await rejected(context)
  }
  const tool = {
    name: 'work',
    description: '',
    annotations,
    execute: (_: unknown, context: ToolContext) => (isStream ? items(context) : rejected(context)),
  }
  return { tool: tool as ToolDefinition, called: called.promise }
}

for (const isStream of [false, true]) {
  const what = isStream ? 'stream' : 'call'
  for (const annotations of [{ readOnly: true }, {}]) {
    const isAgain = 'readOnly' in annotations
    t.test(
      `a ${what} that a stop cuts off ${isAgain ? 'is made again' : 'has an unknown end'}, as after a loss`,
      async t => {
        const daemons = await lives(t)
        const before = cutOff(annotations, isStream)
        const source = isStream
          ? 'const seen = []; for (const one of work(1)) seen.push(one); seen'
          : 'work(1)'
        const executionId = await submit(await daemons.next([before.tool]), source)
        await before.called
        await daemons.stop()
        async function* items() {
          yield* [1, 2]
        }
        const execute = async () => (isStream ? items() : 'again')
        const url = await daemons.next([{ ...before.tool, execute }])
        const { status, calls, output } = await rest(url, executionId)
        if (isAgain) {
          t.strictSame([status, output.value], ['completed', isStream ? [1, 2] : 'again'])
          t.match(calls, [{ status: 'completed', error: undefined }])
        } else {
          t.equal(status, 'failed')
          t.match(calls, [{ status: 'unknown', error: { code: 'CALL_INTERRUPTED' } }])
        }
        const events = await (await fetch(`${url}/v1/executions/${executionId}/events`)).text()
        t.equal(events.split('event: call-completed').length - 1, 1)
      },
    )
  }
}

t.test('a call of a readOnly tool is made again', async t => {
  const { execution, calls } = await loseIn(t, 'work(1)', { readOnly: true })
  t.match(execution, { status: 'completed', output: { value: 'again' } })
  t.match(execution.calls, [{ tool: 'work', status: 'completed' }])
  t.equal(calls.length, 1)
})

t.test('a call of an idempotent tool is made again with the same key', async t => {
  const { execution, asked, calls } = await loseIn(t, 'work(1)', { idempotent: true })
  t.match(execution, { status: 'completed', output: { value: 'again' } })
  t.strictSame(
    calls.map(({ context }) => context.idempotencyKey),
    [asked.context.idempotencyKey],
  )
})

t.test('a call that may be made once is not made again, and throws at its line', async t => {
  const { execution, calls } = await loseIn(t, CAUGHT, undefined)
  t.match(execution, {
    status: 'completed',
    output: { value: ['CallInterruptedError', 'CALL_INTERRUPTED', 'work', true] },
    calls: [{ tool: 'work', status: 'unknown', error: { code: 'CALL_INTERRUPTED' } }],
  })
  t.equal(calls.length, 0)
})

t.test('uncaught, it ends the program there', async t => {
  const { execution } = await loseIn(t, 'console.log(1)\n  work(1)', undefined)
  t.match(execution, {
    status: 'failed',
    error: { code: 'GUEST_ERROR', name: 'CallInterruptedError', line: 2, column: 3 },
    calls: [{ status: 'unknown' }],
  })
})

t.test('a probe that says that it ran gives its value', async t => {
  const probe = () => ({ ran: true as const, value: 'probed' })
  const { execution, calls } = await loseIn(t, 'work(1)', undefined, { probe })
  t.match(execution, { status: 'completed', output: { value: 'probed' } })
  t.match(execution.calls, [{ status: 'completed' }])
  t.equal(calls.length, 0)
})

t.test('a probe that says that it did not run has it made', async t => {
  const asked: unknown[] = []
  const probe = (input: unknown, { callId }: ToolContext) => {
    asked.push([input, callId])
    return { ran: false as const }
  }
  const { execution, calls } = await loseIn(t, 'work(1)', undefined, { probe })
  t.match(execution, { status: 'completed', output: { value: 'again' } })
  t.match(execution.calls, [{ status: 'completed' }])
  t.equal(calls.length, 1)
  t.strictSame(asked, [[[1], calls[0]?.context.callId]])
})

t.test('of a probe that does not know, or throws, nobody knows', async t => {
  const probes = {
    'does not know': () => undefined,
    'answers something else': () => 'yes' as never,
    throws: () => {
      throw new Error('no connection')
    },
    'rejects later': async () => {
      throw new Error('no connection')
    },
  }
  for (const [what, probe] of Object.entries(probes)) {
    const { execution, calls } = await loseIn(t, CAUGHT, undefined, { probe })
    t.match(execution.calls, [{ status: 'unknown' }], what)
    t.match(execution.output, { value: ['CallInterruptedError'] }, what)
    t.equal(calls.length, 0, what)
  }
})

t.test('a call that was answered is never made again, whatever its tool is', async t => {
  const daemons = await lives(t)
  const answered = answering('first', { name: 'done' })
  const read = answering('read', { name: 'read', annotations: { readOnly: true } })
  const before = silent()
  const first = await daemons.next([answered.tool, read.tool, before.tool])
  const source = 'const seen = [done(1), read(2)]; try { work(1) } catch {}; [...seen, done(3)]'
  const executionId = await submit(first, source)
  await before.called
  const url = await daemons.next([answered.tool, read.tool, answering('').tool])
  const execution = await rest(url, executionId)
  t.match(execution, { status: 'completed', output: { value: ['first', 'read', 'first'] } })
  // What only reads has no commit of its own, but the intent of the next call has waited for it.
  t.strictSame([answered.calls.length, read.calls.length], [2, 1])
  t.equal(execution.usage.resumes, 1)
})

t.test('an execution that waits for a person goes on from the decision', async t => {
  const daemons = await lives(t)
  const first = await daemons.next([])
  const source = `console.log('before'); const { approved, reason } = human_approval('go'); [approved, reason]`
  const executionId = await submit(first, source)
  const waiting = await rest(first, executionId)
  t.match(waiting, { status: 'waiting', waitingFor: [{ tool: 'human_approval' }] })
  const url = await daemons.next([])
  t.match(await rest(url, executionId), { status: 'waiting' })
  const { approvalId } = waiting.waitingFor[0]
  await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve', reason: 'fine' })
  const execution = await ended(url, executionId)
  t.match(execution, { status: 'completed', output: { value: [true, 'fine'] } })
  t.strictSame(execution.logs.length, 1)
})

/** The execution when it has ended, past its waits for a person. */
async function ended(url: string, executionId: string) {
  for (;;) {
    const execution = await rest(url, executionId)
    if (execution.status !== 'waiting') return execution
  }
}

/** A stream that yields so many items and then waits for ever; tells when it does. */
function stalling(items: number, annotations: ToolDefinition['annotations']) {
  const stalled = Promise.withResolvers<void>()
  const tool: ToolDefinition = {
    name: 'items',
    description: '',
    ...(annotations && { annotations }),
    async *execute() {
      for (let item = 0; item < items; item++) yield item
      stalled.resolve()
      await new Promise(() => {})
    },
  }
  return { tool, stalled: stalled.promise }
}

function whole(annotations: ToolDefinition['annotations']) {
  let opened = 0
  const tool: ToolDefinition = {
    name: 'items',
    description: '',
    ...(annotations && { annotations }),
    async *execute() {
      opened++
      for (let item = 0; item < 5; item++) yield item
    },
  }
  return { tool, opened: () => opened }
}

const READ_ITEMS = `const seen = []
try { for (const item of items()) { note(item); seen.push(item) } } catch (error) { seen.push(error.name) }
return seen`

t.test('a stream that only reads starts again, past what was delivered', async t => {
  const daemons = await lives(t)
  const note = answering(undefined, { name: 'note', annotations: { readOnly: true } })
  const before = stalling(3, { readOnly: true })
  const executionId = await submit(await daemons.next([before.tool, note.tool]), READ_ITEMS)
  await before.stalled
  const after = whole({ readOnly: true })
  const url = await daemons.next([after.tool, note.tool])
  const execution = await rest(url, executionId)
  t.match(execution, { status: 'completed', output: { value: [0, 1, 2, 3, 4] } })
  t.equal(after.opened(), 1)
  t.ok(execution.calls.every(({ status }: { status: string }) => status === 'completed'))
})

t.test('any other stream throws at its next item', async t => {
  const daemons = await lives(t)
  const note = answering(undefined, { name: 'note' })
  const before = stalling(2, undefined)
  // The call between the items makes durable what was before it.
  const source = `const all = items(), seen = [all.next().value, all.next().value]
try { note() } catch {}
try { seen.push(all.next()) } catch (error) { seen.push(error.name) }
return seen`
  const executionId = await submit(await daemons.next([before.tool, note.tool]), source)
  await before.stalled
  const after = whole(undefined)
  const url = await daemons.next([after.tool, note.tool])
  const execution = await rest(url, executionId)
  t.match(execution.output, { value: [0, 1, 'CallInterruptedError'] })
  t.equal(after.opened(), 0)
  t.match(execution.calls[0], { tool: 'items', status: 'unknown' })
})

t.test('an execution with which the daemon is lost five times is stuck until a retry', async t => {
  const daemons = await lives(t)
  const annotations = { readOnly: true }
  let lost = silent({ annotations })
  const executionId = await submit(await daemons.next([lost.tool]), 'work(1)')
  await lost.called
  for (let n = 0; n < 4; n++) {
    lost = silent({ annotations })
    await daemons.next([lost.tool])
    await lost.called
  }
  const after = answering('at last', { annotations })
  const url = await daemons.next([after.tool])
  const stuck = await rest(url, executionId)
  t.match(stuck, { status: 'stuck', error: { code: 'CRASH_LOOP' } })
  t.equal(after.calls.length, 0)
  const retried = await post(`${url}/v1/executions/${executionId}/retry`, {})
  t.equal(retried.status, 200, JSON.stringify(retried.body))
  t.match(await rest(url, executionId), { status: 'completed', output: { value: 'at last' } })
})

t.test('an execution that gets on is not taken for one that costs the daemon', async t => {
  const daemons = await lives(t)
  const source = 'for (let n = 0; n < 7; n++) { step(n); try { work(n) } catch {} } "done"'
  const step = answering('', { name: 'step' })
  let lost = silent()
  const executionId = await submit(await daemons.next([step.tool, lost.tool]), source)
  await lost.called
  for (let n = 0; n < 6; n++) {
    lost = silent()
    await daemons.next([step.tool, lost.tool])
    await lost.called
  }
  const url = await daemons.next([step.tool, answering('').tool])
  t.match(await rest(url, executionId), { status: 'completed', output: { value: 'done' } })
  t.equal(step.calls.length, 7)
})

t.test('an execution whose tool is gone is stuck, and goes on when it is back', async t => {
  const daemons = await lives(t)
  const before = silent({ annotations: { readOnly: true } })
  const executionId = await submit(await daemons.next([before.tool]), 'work(1)')
  await before.called
  const without = await daemons.next([])
  t.match(await rest(without, executionId), {
    status: 'stuck',
    error: { code: 'TOOL_CHANGED', message: /work/ },
  })
  const back = answering('back', { annotations: { readOnly: true } })
  const url = await daemons.next([back.tool])
  t.match(await rest(url, executionId), { status: 'stuck' })
  const retried = await post(`${url}/v1/executions/${executionId}/retry`, {})
  t.equal(retried.status, 200, JSON.stringify(retried.body))
  t.match(await rest(url, executionId), { status: 'completed', output: { value: 'back' } })
})

t.test('an execution whose tool has another shape is stuck', async t => {
  const shape = (...names: string[]) => ({
    annotations: { readOnly: true },
    inputSchema: { type: 'object', properties: Object.fromEntries(names.map(n => [n, {}])) },
  })
  const daemons = await lives(t)
  const before = silent(shape('a', 'b'))
  const executionId = await submit(await daemons.next([before.tool]), 'work(1, 2)')
  await before.called
  const changed = await daemons.next([answering('', shape('b', 'a')).tool])
  t.match(await rest(changed, executionId), { status: 'stuck', error: { code: 'TOOL_CHANGED' } })
})

t.test('a tool that is gone is no matter to who does not call it', async t => {
  const daemons = await lives(t)
  const first = await daemons.next([answering('', { name: 'other' }).tool])
  const executionId = await submit(first, `human_approval('go').approved`)
  const { waitingFor } = await rest(first, executionId)
  const url = await daemons.next([])
  await post(`${url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  t.match(await ended(url, executionId), { status: 'completed', output: { value: true } })
})

t.test('each call that is made once costs one commit, one that reads none', async t => {
  const daemons = await lives(t)
  const pay = answering(1, { name: 'pay' })
  const read = answering(1, { name: 'read', annotations: { readOnly: true } })
  const url = await daemons.next([pay.tool, read.tool])
  const commits = async (source: string) => {
    const before = (await daemons.store.statistics()).commits
    const fromMs = performance.now()
    const executionId = await submit(url, source)
    t.match(await rest(url, executionId), { output: { value: 100 } })
    const made = (await daemons.store.statistics()).commits - before
    return { made, tookMs: performance.now() - fromMs }
  }
  const loop = (tool: string) => `let sum = 0; for (let i = 0; i < 100; i++) sum += ${tool}(i); sum`
  const none = await commits('100')
  const once = await commits(loop('pay'))
  const reading = await commits(loop('read'))
  t.comment({ none, once, reading })
  // An answer that waits for the next call longer than this is written by itself.
  const late = (tookMs: number) => tookMs / 250
  t.ok(once.made - none.made >= 100)
  t.ok(once.made - none.made <= 100 + late(once.tookMs))
  t.ok(reading.made - none.made <= late(reading.tookMs))
})

/** An executor of one worker, and a tool that ends the thread which waits for its answer. */
function losing(t: Test) {
  const threads: Worker[] = []
  const onWorker = (worker: Worker) => threads.push(worker)
  process.on('worker', onWorker)
  const calls: string[] = []
  const executor = createExecutor({
    workers: 1,
    tools: {
      step: (name: string) => calls.push(name),
      lose: async () => {
        calls.push('lose')
        await threads.at(-1)?.terminate()
        return 'lost'
      },
    },
  })
  t.teardown(async () => {
    process.off('worker', onWorker)
    await executor.close()
  })
  return { executor, calls }
}

t.test('an execution whose worker is lost goes on, and makes no call twice', async t => {
  const { executor, calls } = losing(t)
  const source = `console.log('begun', step('a')); const lost = await lose(); step('b'); lost`
  const outcome = await executor.execute({ source })
  t.match(outcome, { status: 'completed', output: 'lost', logText: 'begun 1' })
  t.strictSame(calls, ['a', 'lose', 'b'])
  t.ok(outcome.calls.every(({ status }) => status === 'completed'))
})

t.test('an execution whose worker is lost twice fails, and the next one runs', async t => {
  const { executor, calls } = losing(t)
  const outcome = await executor.execute({
    source: `step('a'); lose(); step('b'); lose(); step('c')`,
  })
  t.match(outcome, { status: 'failed', error: { code: 'ENGINE_FAILURE' } })
  t.strictSame(calls, ['a', 'lose', 'b', 'lose'])
  t.match(await executor.execute({ source: '1 + 1' }), { status: 'completed', output: 2 })
})

t.test('a decision brings its execution back by its own commit', async t => {
  const daemons = await lives(t)
  const url = await daemons.next({})
  const decide = async () => {
    const asked = await rest(url, await submit(url, 'human_approval("go").approved'))
    // It is put away when it shows the approval, a moment before or after that.
    while ((await daemons.store.load()).executions.running > 0);
    const { commits } = await daemons.store.statistics()
    const { approvalId } = asked.waitingFor[0]
    await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    const ended = await rest(url, asked.executionId)
    t.equal(ended.output?.value, true)
    return (await daemons.store.statistics()).commits - commits
  }
  // On a busy machine the events of the resumed execution may be written before its end.
  const made: number[] = []
  while (made.at(-1) !== 2 && made.length < 20) made.push(await decide())
  t.equal(made.at(-1), 2, `the decision with the claim, and the end: ${made}`)
})

/** The first write of an approval, held until it is released. */
interface HeldApproval {
  readonly operation: 'append' | 'park'
  readonly addition: Addition
  readonly release: () => void
}

/** Holds each write that has an approval, and hands it to the test. */
function holdingApprovals() {
  const writes: HeldApproval[] = []
  const written = new EventEmitter()
  const hold = (store: Store): Store =>
    new Proxy(store, {
      get: (of, name: keyof Store) => {
        const operation = of[name]
        if (typeof operation !== 'function') return operation
        if (name !== 'park' && name !== 'append') return operation.bind(of)
        return async (id: string, epoch: number, addition: Parking) => {
          if (addition.approvals !== undefined && addition.approvals.length > 0) {
            const { promise, resolve } = Promise.withResolvers<void>()
            writes.push({ operation: name, addition, release: resolve })
            written.emit('write')
            await promise
          }
          return await of[name](id, epoch, addition)
        }
      },
    })
  const next = async (): Promise<HeldApproval> => {
    while (writes.length === 0) await once(written, 'write')
    return writes.shift() as HeldApproval
  }
  return { hold, next }
}

t.test('an approval is shown when it is stored, and with the park of its guest', async t => {
  const held = holdingApprovals()
  const daemons = await Lives.open(undefined, held.hold)
  t.teardown(() => daemons.close())
  const url = await daemons.next({})
  // A guest that parks late, since the machine is busy, has its approval stored before.
  for (let attempt = 1; attempt <= 50; attempt++) {
    const executionId = await submit(url, 'human_approval("go").approved')
    const { operation, addition, release } = await held.next()
    const [asked] = addition.approvals ?? []
    t.equal(asked?.approval.status, 'pending')
    const read = async () => (await get(`${url}/v1/executions/${executionId}`)).body
    const before = await read()
    t.strictSame([before.status, before.waitingFor], ['running', undefined])
    const approvals = `${url}/v1/approvals?executionId=${executionId}`
    t.strictSame((await get(approvals)).body.data, [])
    const resting = rest(url, executionId)
    release()
    const approvalId = asked?.approval.approvalId
    t.match(await resting, { status: 'waiting', waitingFor: [{ approvalId }] })
    t.match((await get(approvals)).body.data, [{ approvalId }])
    if (operation === 'append') continue
    t.strictSame(addition.events?.map(({ type }) => type).slice(-2), [
      'approval-requested',
      'execution-parked',
    ])
    return
  }
  t.fail('none of fifty approvals was stored with the park of its guest')
})
