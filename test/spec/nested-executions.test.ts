/** What a call of a program begins is beneath that call, whoever begins it. */

import t from 'tap'
import { z } from 'zod'
import { startDaemon } from '../../daemon/start-daemon.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { CodeAgent, ToolCallingAgent } from '../../sdk/agents/index.ts'
import { codeTool, Latchd, type ToolLike, tool } from '../../sdk/index.ts'
import { startHere } from '../support/command-here.ts'
import { get, post } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { calling, programs as program, scriptedModel } from '../support/model-server.ts'
import { PageReader } from '../support/page-reader.ts'
import { as, readTokens, secretOf } from '../support/token-daemon.ts'

const tokens = [{ name: 'ann' }, { name: 'eve', scopes: ['execute', 'read'] }]
const daemon = await startDaemon(readTokens(t, tokens))
t.teardown(() => daemon.close())
const { url } = daemon
const latchd = new Latchd({ url, token: secretOf('ann') })
t.teardown(() => latchd.close())

const add = tool({
  name: 'add',
  description: 'Adds two numbers.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})

/** What calls of an execution have begun, each with the number of the call. */
async function beneath({ executionId }: Pick<Execution, 'executionId'>, name = 'ann') {
  const path = `${url}/v1/executions?parent=${executionId}`
  const { data } = (await get(path, as(name))).body as { data: Execution[] }
  return data.map(execution => ({
    execution,
    call: /_(\d+)$/.exec(String(execution.metadata?.parentCallId))?.[1],
  }))
}

/** The tools that were called beneath an execution. */
const toolsBeneath = async (execution: Pick<Execution, 'executionId'>) =>
  (await beneath(execution)).map(one => [one.call, one.execution.calls.map(call => call.tool)])

t.test('the programs of an agent that is a tool are beneath the call of it', async t => {
  const { client, model } = await scriptedModel(t, [
    program('const kept = add(1, 2)'),
    program('final_answer(kept + add(3, 4))'),
  ])
  const helper = new CodeAgent({ name: 'helper', client, model, tools: [add], executor: latchd })
  const outcome = await latchd.execute({
    source: "add(5, 5)\nhelper('Add')",
    tools: [helper.asTool(), add],
    metadata: { team: 'blue' },
  })
  t.match(outcome, { status: 'completed', output: 10 })
  t.strictSame(await toolsBeneath(outcome), [
    ['2', ['add']],
    ['2', ['add']],
  ])
})

t.test("an agent's own agents are beneath its calls, to any depth", async t => {
  const inner = await scriptedModel(t, () => program('final_answer(add(1, 2))'))
  const innermost = new CodeAgent({ ...inner, name: 'inner', tools: [add], executor: latchd })
  for (const executor of [latchd, undefined]) {
    const { client, model } = await scriptedModel(t, [
      calling(['inner', { task: 'Add' }]),
      calling(['final_answer', { answer: 3 }]),
    ])
    const agent = new ToolCallingAgent({
      ...{ name: 'middle', client, model, tools: [innermost] },
      ...(executor && { executor }),
    })
    const outcome = await latchd.execute({ source: "middle('Add')", tools: [agent.asTool()] })
    t.match(outcome, { status: 'completed', output: 3 })
    const [first, ...others] = await beneath(outcome)
    t.strictSame(others, [])
    // Without an executor the agent makes its calls itself: what they begin is beneath the call of it.
    const [own] = executor === undefined ? [first] : await beneath(first?.execution as Execution)
    t.strictSame(
      own?.execution.calls.map(call => call.tool),
      ['add'],
    )
  }
})

t.test('the programs of a code tool are beneath the call of it', async t => {
  const code = codeTool({ executor: latchd, tools: [add] })
  const exec = codeTool({ style: 'exec', executor: latchd, tools: [add] })
  t.teardown(() => exec.close())
  const run_it = tool({
    name: 'run_it',
    description: 'Runs a program.',
    inputSchema: z.object({ source: z.string() }),
    execute: async ({ source }, context) => (await code.run({ source }, context)).status,
  })
  const outcome = await latchd.execute({
    source:
      "[run_it('add(1, 1)'), program({ source: 'add(2, 2)' }).output, exec({ input: 'text(add(3, 3))' }).text]",
    tools: [run_it, { ...code.aiTool, name: 'program' }, { ...exec.aiTools.exec, name: 'exec' }],
  })
  t.match(outcome, { status: 'completed', output: ['completed', 4, /\n6$/] })
  t.strictSame(await toolsBeneath(outcome), [
    ['3', ['add']],
    ['2', ['add']],
    ['1', ['add']],
  ])
})

t.test('a program that a tool begins by itself says so by its metadata', async t => {
  const begin = tool({
    name: 'begin',
    description: 'Runs a program.',
    inputSchema: z.object({ source: z.string() }),
    execute: async ({ source }, { callId }) => {
      const metadata = { parentCallId: callId, step: 1 }
      return (await latchd.execute({ source, tools: [], metadata })).executionId
    },
  })
  const outcome = await latchd.execute({ source: "begin('1')", tools: [begin] })
  const [first] = await beneath(outcome)
  t.equal(first?.execution.executionId, outcome.status === 'completed' && outcome.output)
})

t.test('the programs of an MCP host that is a program are beneath the call of it', async t => {
  const self = { url: `${url}/mcp`, headers: as('ann') }
  daemon.reload(() => readTokens(t, tokens, { LATCHD_MCP_SERVERS: JSON.stringify({ self }) }))
  await eventually(
    () => get(`${url}/v1/info`, as('ann')),
    ({ body }) => body.mcpServers[0]?.state === 'connected',
  )
  const outcome = await latchd.execute({ source: "self.run_program({ source: '6 * 7' }).output" })
  t.match(outcome, { status: 'completed', output: 42 })
  const [first, ...others] = await beneath(outcome)
  t.strictSame(others, [])
  t.match(first?.execution, { output: { value: 42 }, metadata: { parentCallId: /_1$/ } })
})

t.test('what another token says is beneath a call is not', async t => {
  const outcome = await latchd.execute({ source: 'add(1, 2)', tools: [add], durable: true })
  const callId = outcome.calls[0]?.callId
  const claimed = { source: '1', durable: true, metadata: { parentCallId: callId } }
  const { body } = await post(`${url}/v1/execute`, claimed, as('eve'))
  const own = (await post(`${url}/v1/execute`, claimed, as('ann'))).body
  // The token of ann sees all executions, also that of eve.
  t.match(await get(`${url}/v1/executions/${body.executionId}`, as('ann')), {
    body: { status: 'completed' },
  })
  t.strictSame(
    (await beneath(outcome)).map(({ execution }) => execution.executionId),
    [own.executionId],
  )
  const refused = await fetch(`${url}/v1/executions?parent=${outcome.executionId}`, {
    headers: as('eve'),
  })
  t.equal(refused.status, 404)
  const page = await pageOf(outcome.executionId)
  t.match(page, own.executionId)
  t.notMatch(page, body.executionId)
})

/** The page of an execution. */
async function pageOf(executionId: string): Promise<string> {
  const reader = new PageReader(url)
  await reader.signIn(secretOf('ann'))
  return (await reader.get(`/console/executions/${executionId}`)).text
}

t.test('they are shown beneath it, by the console and by latchd show', async t => {
  const run: ToolLike = tool({
    name: 'run',
    description: 'Runs a program.',
    inputSchema: z.object({ source: z.string() }),
    execute: async ({ source }, { callId }) =>
      (await latchd.execute({ source, tools: [run, add], metadata: { parentCallId: callId } }))
        .status,
  })
  const source = `run("run('add(1, 2); <b>')")\nadd(3, 4)`
  const { executionId, calls } = await latchd.execute({ source, tools: [run, add] })
  const [outer] = await beneath({ executionId })
  const [inner] = await beneath(outer?.execution as Execution)
  const page = await pageOf(executionId)
  const rows = [...page.matchAll(/<tr data-key="([^"]+)"[^>]*?(?: data-depth="(\d)")?>/g)]
  t.strictSame(
    rows.map(([, key, depth = '0']) => [key, depth]),
    [
      [calls[0]?.callId, '0'],
      [outer?.execution.executionId, '1'],
      [outer?.execution.calls[0]?.callId, '1'],
      [inner?.execution.executionId, '2'],
      [calls[1]?.callId, '0'],
    ],
  )
  t.match(page, 'add(1, 2); &lt;b&gt;')
  const parent = `href="/console/executions/${executionId}#${calls[0]?.callId}"`
  t.match(await pageOf(outer?.execution.executionId as string), parent)
  const command = startHere(t, ['show', executionId, '--url', url], {
    env: { LATCHD_TOKEN: secretOf('ann') },
  })
  const shown = await command.ended
  t.match(shown, { stdout: new RegExp(`\n  ${calls[0]?.callId} run completed`) })
  t.match(shown.stdout, `\n    ${outer?.execution.executionId} completed: run('add(1, 2); <b>')\n`)
  t.match(shown.stdout, `\n        ${inner?.execution.executionId} failed: add(1, 2); <b>\n`)
})
