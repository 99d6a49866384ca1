/** A call fails with the same error wherever its tool runs: in the executor, a client, an agent. */

import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import type { AgentOptions } from '../../sdk/agents/agent-options.ts'
import type { AgentRun } from '../../sdk/agents/agent-run.ts'
import { AgentTools } from '../../sdk/agents/agent-tools.ts'
import { LocalCaller } from '../../sdk/agents/local-caller.ts'
import { runTool } from '../../sdk/client-tools/run-tool.ts'

const name = 'send'
const schema = (property: string) => ({
  type: 'object',
  properties: { [property]: { type: 'number' } },
  required: [property],
})

interface Case {
  readonly tool: Omit<ToolDefinition<never>, 'name' | 'description'>
  readonly error: { readonly name: string; readonly message: RegExp }
}

const cases: Record<string, Case> = {
  'input that does not fit': {
    tool: { inputSchema: schema('amount'), execute: () => 1 },
    error: {
      name: 'ToolInputError',
      message: /^Cannot call send: the input does not fit\n- amount: /,
    },
  },
  'an answer that does not fit': {
    tool: { outputSchema: schema('sum'), execute: () => ({ sum: 'all' }) },
    error: {
      name: 'Error',
      message: /^send answered what does not fit its output schema\n- sum: /,
    },
  },
  "an error of the tool's own": {
    tool: {
      execute() {
        throw new RangeError('too far')
      },
    },
    error: { name: 'RangeError', message: /^too far$/ },
  },
}

const fields = (error: { name: string; message: string }) => [error.name, error.message]

async function inExecutor(tool: Case['tool']): Promise<string[]> {
  const executor = createExecutor({ workers: 1 })
  try {
    const source = 'try { send({}) } catch ({ name, message }) { [name, message] }'
    const tools = [{ ...tool, name, description: '' }]
    return (await executor.executeOrThrow<string[]>({ source, tools })).output
  } finally {
    await executor.close()
  }
}

async function inClient(tool: Case['tool']): Promise<string[]> {
  const called = normalizeTool({ ...tool, name, description: '' })
  const facts = { callId: 'c', executionId: 'e', sessionId: undefined, caller: 'a', metadata: {} }
  const context = new CallContext({ ...facts, onProgress() {} })
  const none = () => Promise.reject(new Error('there are no files'))
  const input = encodeValue(called.inputForm === 'list' ? [{}] : {})
  const asked = { input, isRepeat: false }
  const { settlement } = await runTool(called, asked as never, context, { open: none, store: none })
  return settlement.kind === 'thrown' ? fields(settlement.thrown) : [settlement.kind]
}

async function inAgent(tool: Case['tool']): Promise<string[]> {
  const tools = new AgentTools([{ ...tool, name, description: '' }], undefined)
  const run = { signal: new AbortController().signal } as AgentRun
  const { value } = await new LocalCaller(tools, {} as AgentOptions)
    .call([{ callId: 'c', tool: name, args: [{}] }], run)
    .next()
  const [answer] = value as { ok: boolean; error: { name: string; message: string } }[]
  return answer === undefined || answer.ok ? [] : fields(answer.error)
}

for (const [what, { tool, error }] of Object.entries(cases)) {
  t.test(`${what} is the same error everywhere`, async t => {
    const [own, ...others] = [await inExecutor(tool), await inClient(tool), await inAgent(tool)]
    t.equal(own?.[0], error.name)
    t.match(own?.[1], error.message)
    for (const other of others) t.strictSame(other, own)
  })
}

t.test('a call that takes too long is the same error in the executor and in an agent', async t => {
  const tool = { timeoutMs: 20, execute: () => new Promise<never>(() => {}) }
  const own = await inExecutor(tool)
  t.strictSame(own, ['ToolTimeoutError', 'The tool did not answer within 20 ms'])
  t.strictSame(await inAgent(tool), own)
})

t.test('a call of an agent may take longer than timers know', async t => {
  const later = () => new Promise(resolve => setTimeout(resolve, 5, 'done'))
  const tool = { timeoutMs: 2 ** 31 + 1, execute: later }
  t.strictSame(await inAgent(tool), [], 'it has not failed')
})
