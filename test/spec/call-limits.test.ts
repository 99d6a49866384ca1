/** Bounds on how often a program calls: those of a tool, which it can catch, and that of all calls. */

import t, { type Test } from 'tap'
import { z } from 'zod'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import { Latchd, type ToolSet, tool } from '../../sdk/index.ts'
import { asked } from '../support/approvals.ts'
import { testDaemon } from '../support/daemon.ts'
import { completed, failureOf, openExecutor, outputOf } from '../support/executor.ts'
import { stateFolder } from '../support/state-folder.ts'

const endlessPages = () => {
  let calls = 0
  return tool({
    name: 'list_orders',
    description: 'Lists orders, a page at a time.',
    inputSchema: z.object({ cursor: z.string().optional() }),
    annotations: { readOnly: true },
    maxCallsPerExecution: 5,
    execute: async () => ({ items: [{ id: ++calls }], next: 'same-cursor' }),
  })
}

/** Returns what it has when the tool may not be called again. */
const careful = `const all = []
let cursor, why
try {
  do {
    const page = list_orders({ cursor: cursor ?? '' })
    all.push(...page.items)
    cursor = page.next
  } while (cursor)
} catch (error) {
  if (!(error instanceof ToolLimitError)) throw error
  why = [error.name, error.code, error.tool, error.message]
}
;[all.length, why]`

const caught = [
  5,
  [
    ...['ToolLimitError', 'TOOL_LIMIT_EXCEEDED', 'list_orders'],
    'Cannot call list_orders again: one execution may call it 5 times',
  ],
]

function client(t: Test, url: string): Latchd {
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  return latchd
}

t.test('a program catches that it called a tool too often, embedded and by a client', async t => {
  const { url } = await testDaemon(t)
  const executors = [openExecutor(t, { workers: 1 }), client(t, url)]
  for (const executor of executors) {
    const outcome = await executor.execute({ source: careful, tools: [endlessPages()] })
    t.match(outcome, { status: 'completed', output: caught })
    t.match(outcome.usage, { calls: 6, callsByTool: { list_orders: 6 } })
    t.match(outcome.calls.at(-1), { status: 'failed', error: { code: 'TOOL_LIMIT_EXCEEDED' } })
  }
})

t.test('the next execution may call again; what is not caught says what to do', async t => {
  const executor = openExecutor(t, { workers: 1 })
  const tools = [endlessPages()]
  const source = 'for (let i = 0; i < 5; i++) list_orders(); list_orders()'
  for (let i = 0; i < 2; i++) {
    const error = await failureOf(executor, { source, tools })
    t.match(error, { code: 'GUEST_ERROR', name: 'ToolLimitError', line: 1, hint: /so far/ })
  }
})

t.test('calls whose input does not fit are not counted', async t => {
  const executor = openExecutor(t, { workers: 1 })
  const source = `let refused = 0
    for (let i = 0; i < 9; i++) try { list_orders({ cursor: i }) } catch { refused++ }
    const given = await Promise.allSettled(Array.from({ length: 7 }, () => list_orders()))
    ;[refused, given.map(({ status }) => status[0]).join('')]`
  t.strictSame(await outputOf(executor, { source, tools: [endlessPages()] }), [9, 'fffffrr'])
})

t.test('every form of a tool may say how often', async t => {
  const executor = openExecutor(t, { workers: 1 })
  const parameters = z.object({ n: z.number() })
  const forms: Record<string, ToolSet> = {
    'a definition': [{ name: 'once', description: '', execute: () => 1, maxCallsPerExecution: 1 }],
    'an AI SDK tool': {
      once: { inputSchema: parameters, execute: () => 1, maxCallsPerExecution: 1 },
    },
    'an object with forward': [{ name: 'once', forward: () => 1, maxCallsPerExecution: 1 }],
    'an MCP tool': [
      {
        name: 'once',
        inputSchema: { type: 'object', properties: { n: {} } },
        handler: () => ({ content: [{ type: 'text', text: '1' }] }),
        maxCallsPerExecution: 1,
      },
    ],
    'an OpenAI Agents tool': [
      {
        type: 'function',
        name: 'once',
        parameters: { type: 'object', properties: { n: {} } },
        invoke: async () => '1',
        maxCallsPerExecution: 1,
      },
    ],
  }
  const source = 'once({ n: 1 }); try { once({ n: 1 }) } catch (error) { error.message }'
  for (const [form, tools] of Object.entries(forms)) {
    t.equal(
      await outputOf(executor, { source, tools }),
      'Cannot call once again: one execution may call it once',
      form,
    )
  }
  const [described] = await (async () => {
    executor.addTools(forms['a definition'] as ToolSet)
    return (await executor.tools()).filter(({ name }) => name === 'once')
  })()
  t.equal(described?.maxCallsPerExecution, 1)
  for (const count of [0, 1.5, -1, NaN, '3', null]) {
    const wrong = { name: 'wrong', execute: () => 1, maxCallsPerExecution: count }
    t.throws(() => executor.addTools([wrong]), {
      code: 'TOOL_INVALID',
      message: /maxCallsPerExecution is .*; a whole number from 1 is allowed/,
    })
  }
})

t.test('counts are those of the program, however often it is torn down', async t => {
  const executor = createParkingExecutor({ workers: 1, tools: [endlessPages()] })
  t.teardown(() => executor.close())
  const { output, usage } = await completed(executor, careful)
  t.strictSame(output, caught)
  t.strictSame(usage.callsByTool, { list_orders: 6 })
})

t.test('counts survive a restart of the daemon', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t) }
  const first = await testDaemon(t, env)
  let made = 0
  const served = () =>
    tool({
      name: 'take',
      description: '',
      inputSchema: z.object({}),
      annotations: { idempotent: true },
      maxCallsPerExecution: 3,
      execute: () => ++made,
    })
  const before = client(t, first.url)
  await before.serveTools([served()])
  const source = `const results = [take(), take()]
    human_approval('more?')
    for (let i = 0; i < 3; i++) try { results.push(take()) } catch (error) { results.push(error.name) }
    results`
  const { executionId } = await before.execute({ source, durable: true, waitMs: 0 })
  const [{ approvalId }] = await asked(before, executionId)
  await before.close()
  await first.close()

  const second = await testDaemon(t, env)
  const after = client(t, second.url)
  await after.serveTools([served()])
  await after.approvals.approve(approvalId)
  const outcome = await after.wait(executionId)
  t.strictSame(outcome.output, [1, 2, 3, 'ToolLimitError', 'ToolLimitError'])
  t.strictSame(outcome.usage.callsByTool, { take: 5, human_approval: 1 })
})

t.test('the hint of maxCalls names the tool called most, and how it was called', async t => {
  const executor = openExecutor(t, { workers: 1 })
  const tools = {
    list_orders: ({ cursor }: { cursor: string }) => ({ next: cursor && 'same' }),
    other: () => 1,
  }
  const failure = (source: string, maxCalls: number) =>
    failureOf(executor, { source, tools, limits: { maxCalls } })
  const pages = `let cursor = 'first'
    for (;;) { cursor = list_orders({ cursor }).next; if (Math.random() < 0) other() }`
  t.match(await failure(pages, 40), {
    code: 'LIMIT_EXCEEDED',
    limit: 'maxCalls',
    hint: /^list_orders was called 40 times, the last 39 times with the same input: /,
  })
  t.match(
    (await failure('for (;;) { other(); list_orders(1); list_orders(1) }', 30)).hint,
    /^list_orders was called 20 times, each time with the same input/,
  )
  t.match(
    (await failure('let i = 0; for (;;) list_orders(i++)', 20)).hint,
    /^list_orders was called 20 times, each time with another input/,
  )
  t.match(
    (await failure('await Promise.all(Array.from({ length: 99 }, (_, i) => other.async(i)))', 20))
      .hint,
    /^other was called 20 times/,
  )
  t.equal((await failure('other(); for (;;) setTimeout(() => {}, 0)', 20)).hint, undefined)
})

t.test('nothing of a program goes on after maxCalls', async t => {
  const executor = openExecutor(t, { workers: 1 })
  let made = 0
  const source = `const go = () => { try { one() } catch (error) { console.log('caught'); go() } finally { one() } }
    try { for (;;) go() } catch { console.log('caught'); one() } finally { one() }`
  const outcome = await executor.execute({
    source,
    tools: { one: () => ++made },
    limits: { maxCalls: 7 },
  })
  t.match(outcome, {
    status: 'failed',
    error: { code: 'LIMIT_EXCEEDED', limit: 'maxCalls' },
    logText: '',
  })
  t.equal(made, 7)
})
