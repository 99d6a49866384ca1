/** More tools than a prompt carries: a program finds them by itself. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import t from 'tap'
import { ToolIndex } from '../../executor/tools/tool-index.ts'
import { MANY_TOOLS } from '../../protocol/tool/many-tools.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import { describeTool } from '../../protocol/tool/tool.ts'
import type { ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { Latchd } from '../../sdk/index.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { completed, failureOf, openExecutor, outputOf } from '../support/executor.ts'
import { patience } from '../support/patience.ts'
import { stateFolder } from '../support/state-folder.ts'

// One for all: each request brings its own tools.
const executor = openExecutor(t, { workers: 2 })

const invoice: ToolDefinition<{ orderId: string }> = {
  name: 'billing.sendInvoice',
  description: 'Sends the invoice of an order by e-mail. Only once for each order.',
  inputSchema: {
    type: 'object',
    properties: { orderId: { type: 'string' } },
    required: ['orderId'],
  },
  execute: ({ orderId }) => `sent ${orderId}`,
}

const report = {
  name: 'read_report',
  description: 'Reads a report by its title.',
  execute: () => 1,
}

/** So many tools in all: two to look for, others that say nothing. */
const many = (count: number, more: object[] = [invoice, report]) => [
  ...more,
  ...Array.from({ length: count - more.length }, (_, i) => ({
    name: `other_${i}`,
    description: `Does thing ${i}.`,
    execute: () => i,
  })),
]

t.test('the two tools are there when there are more than 30 others, and only then', async t => {
  const source = '[typeof search_tools, typeof describe_tools, Object.keys(tools).length]'
  t.strictSame(await outputOf(executor, { source, tools: many(MANY_TOOLS) }), [
    'undefined',
    'undefined',
    30,
  ])
  t.strictSame(await outputOf(executor, { source, tools: many(MANY_TOOLS + 1) }), [
    'function',
    'function',
    33,
  ])
})

t.test('tools are found by parts of names, descriptions and parameters, best first', async t => {
  const first = async (query: string) => {
    const source = `search_tools(${JSON.stringify(query)}).map(({ name }) => name)[0]`
    return await outputOf(executor, { source, tools: many(50) })
  }
  t.strictSame(
    await Promise.all(
      [
        'send invoice',
        'INVOICE',
        'invoi',
        'invioce',
        'mail',
        'order id',
        'report title',
        'zebra',
      ].map(first),
    ),
    [
      'billing.sendInvoice',
      'billing.sendInvoice',
      'billing.sendInvoice',
      'billing.sendInvoice',
      'billing.sendInvoice',
      'billing.sendInvoice',
      'read_report',
      undefined,
    ],
  )
})

t.test('a search gives names with one line each, as many as are asked for', async t => {
  const tools = many(50)
  t.strictSame(await outputOf(executor, { source: `search_tools('invoice')`, tools }), [
    { name: 'billing.sendInvoice', description: 'Sends the invoice of an order by e-mail.' },
  ])
  t.equal(await outputOf(executor, { source: `search_tools('thing').length`, tools }), 10)
  t.equal(await outputOf(executor, { source: `search_tools('thing', 3).length`, tools }), 3)
  const error = await failureOf(executor, { source: `search_tools('thing', 0)`, tools })
  t.match(error, { name: 'ToolInputError' })
})

t.test('a program reads declarations and calls what it has found', async t => {
  const source = `const [{ name }] = await search_tools('invoice')
    print(describe_tools(name, 'read_report')); print(describe_tools(['billing_sendInvoice']))
    tools[name]('A-1')`
  const outcome = await completed(executor, { source, tools: many(40), typecheck: 'error' })
  t.equal(outcome.output, 'sent A-1')
  const declared = `/**
 * Sends the invoice of an order by e-mail. Only once for each order.
 * Also tools["billing.sendInvoice"].
 */
declare function billing_sendInvoice(orderId: string): any`
  t.equal(
    outcome.logText,
    `${declared}\n\n/** Reads a report by its title. */\ndeclare function read_report(...args: any[]): any\n${declared}`,
  )
})

t.test('a name that no tool has is an error that names those like it', async t => {
  const source = `describe_tools('sendInvoices')`
  t.match(await failureOf(executor, { source, tools: many(40) }), {
    message:
      /^Cannot describe "sendInvoices": no tool has that name; like it: billing\.sendInvoice/,
  })
})

t.test('an app’s own tool of one of these names stays', async t => {
  const own = { name: 'search_tools', description: '', execute: () => 'own' }
  const tools = many(40, [own])
  const source = `[search_tools('x'), typeof describe_tools, Object.keys(tools).length]`
  t.strictSame(await outputOf(executor, { source, tools }), ['own', 'function', 41])
})

const grouped = (namespace: string, name: string, description: string) => ({
  name: `${namespace}.${name}`,
  namespace,
  description,
  execute: () => name,
})

t.test(
  'a search keeps to a namespace, goes in pages, and names the words that nothing matches',
  async t => {
    const tools = many(40, [
      grouped('mail', 'send', 'Sends a message.'),
      grouped('mail', 'send-later', 'Sends a message later.'),
      grouped('chat', 'send', 'Sends a message to a channel.'),
    ])
    const source = `
    const names = found => found.map(({ name }) => name)
    const page = search_tools.raw({ query: 'send zebra message', limit: 2 })
    ;[
      names(search_tools({ query: 'send', namespace: 'chat' })),
      names(search_tools({ query: '', namespace: 'mail' })),
      names(search_tools({ query: 'mail.send-later' }))[0],
      names(search_tools({ query: 'chat.send' }))[0],
      names(search_tools({ query: 'send', limit: 2, offset: 2 })).length,
      page.value.length,
      page.text,
      describe_tools('mail').match(/send(_later)?\\(/g),
    ]`
    t.strictSame(await outputOf(executor, { source, tools }), [
      ['chat.send'],
      ['mail.send', 'mail.send-later'],
      'mail.send-later',
      'chat.send',
      1,
      2,
      'No tool has: zebra. 1 more: offset 2.',
      ['send(', 'send_later('],
    ])
  },
)

t.test('a search over 3000 tools takes less than 10 ms', async t => {
  const verbs = ['create', 'read', 'update', 'delete', 'list', 'search', 'archive', 'export']
  const things = ['invoice', 'customer', 'ticket', 'branch', 'message', 'calendar', 'document']
  const index = new ToolIndex(
    Array.from({ length: 3000 }, (_, i) => {
      const verb = verbs[i % verbs.length] as string
      const thing = things[i % things.length] as string
      return {
        name: `server${i % 60}.${verb}_${thing}_${i}`,
        namespace: `server${i % 60}`,
        description: `Takes the ${thing} number ${i} and does what ${verb} means, for a whole team at once.`,
      }
    }),
  )
  await index.search({ query: 'first', limit: 10 })
  const queries = [
    'delete invoice',
    'server7.read_ticket_7',
    'archive all customer documents',
    'calender',
    'x',
  ]
  const times: number[] = []
  for (let i = 0; i < 40; i++) {
    const startedAtMs = performance.now()
    await index.search({ query: queries[i % queries.length] as string, limit: 10 })
    times.push(performance.now() - startedAtMs)
  }
  const median = times.toSorted((a, b) => a - b)[20] as number
  t.ok(median < patience(10), `${median} ms`)
  t.comment(`median ${median.toFixed(2)} ms, longest ${Math.max(...times).toFixed(2)} ms`)
})

t.test('a prompt carries declarations of few tools, and of many a line each', async t => {
  const told = (count: number) =>
    describeForPrompt(
      normalizeTools(many(count), () => {
        throw new Error('there are no names')
      }).map(describeTool),
    )
  const few = told(MANY_TOOLS)
  t.match(few, 'declare function billing_sendInvoice(orderId: string): any')
  t.notMatch(few, 'search_tools')
  const more = told(MANY_TOOLS + 1)
  t.match(more, 'declare function search_tools(query: string, limit?: number, namespace?: string')
  t.match(more, '\n- billing_sendInvoice: Sends the invoice of an order by e-mail.\n')
  t.notMatch(more, 'declare function billing_sendInvoice')
  t.match(more, 'The 31 tools:')
})

t.test(
  'a durable execution finds them after a restart, and an answer is not asked for again',
  async t => {
    const env = {
      LATCHD_STATE_DIR: stateFolder(t),
      LATCHD_TOOLS: fixture('tools/many-tools.ts'),
    }
    const first = await testDaemon(t, env)
    const source = `const found = search_tools('invoice').map(({ name }) => name)
    human_approval('go on?')
    found.push(describe_tools(found[0]).split('\\n').at(-1)); found`
    const asked = await post(`${first.url}/v1/execute`, { source, durable: true })
    t.match(asked, { status: 202, body: { status: 'waiting' } })
    const { data } = (await get(`${first.url}/v1/tools`)).body
    t.notOk(data.some(({ name }: { name: string }) => name === 'search_tools'))
    await first.close()

    const latchd = new Latchd({ url: (await testDaemon(t, env)).url })
    t.teardown(() => latchd.close())
    const { executionId } = asked.body
    const [approval] = await latchd.approvals.list({ executionId })
    await latchd.approvals.approve(approval?.approvalId as string)
    for await (const event of latchd.events(executionId)) {
      if (event.type !== 'execution-ended') continue
      t.match(event.execution, {
        status: 'completed',
        output: { value: ['send_invoice', 'declare function send_invoice(...args: any[]): any'] },
        usage: { calls: 3 },
      })
    }
  },
)

t.test('searches and descriptions are bounded for each execution', async t => {
  const source = (call: string) => `for (let i = 0; i < 101; i++) ${call}`
  for (const call of [`search_tools('invoice')`, `describe_tools('read_report')`]) {
    const error = await failureOf(executor, { source: source(call), tools: many(40) })
    t.match(error, { name: 'ToolLimitError' }, call)
  }
})

t.test('the words of many tools, and a query made to fit them, hold up nobody', async t => {
  // Words that differ in their last letters: each is like thousands of others.
  const word = (n: number) => `${'a'.repeat(30)}${n.toString(36)}`
  const tools = Array.from({ length: 1000 }, (_, i) => ({
    name: `tool_${i}`,
    description: Array.from({ length: 55 }, (_, j) => word(i * 55 + j)).join(' '),
    execute: () => i,
  }))
  const query = Array.from({ length: 12 }, (_, n) => `${word(n)}zz`).join(' ')
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  const source = `for (let i = 0; i < 20; i++) search_tools(query); describe_tools(...names).length > 0`
  const names = tools.slice(0, 200).map(({ name }) => name)
  t.equal(await outputOf(executor, { source, tools, inputs: { query, names } }), true)
  delays.disable()
  const stallMs = delays.max / 1e6
  t.ok(stallMs < patience(250), `the longest stall was ${stallMs} ms`)
})
