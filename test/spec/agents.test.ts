/** Agents that write programs, through the real `openai` client against a scripted server. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type AgentEvent, AgentMemory, CodeAgent } from '../../sdk/agents/index.ts'
import { tool } from '../../sdk/index.ts'
import { startExecutor } from '../support/executor.ts'
import {
  lastText,
  programs as program,
  type Script,
  type ScriptedReply,
  scriptedModel,
} from '../support/model-server.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'

const executor = startExecutor(t)

const human_approval = tool({
  name: 'human_approval',
  description: 'Asks a person to approve an action.',
  inputSchema: z.object({ action: z.string() }),
  execute: async ({ action }) => `approved: ${action}`,
})

const add = tool({
  name: 'add',
  description: 'Adds two numbers.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})

type Options = Partial<ConstructorParameters<typeof CodeAgent>[0]>

/** An agent with a scripted model, and every request that the model got. */
async function scripted(t: Test, script: Script | readonly ScriptedReply[], options: Options = {}) {
  const { client, model, requests } = await scriptedModel(t, script)
  const agent = new CodeAgent({
    client,
    model,
    tools: [human_approval, add],
    executor,
    typecheck: 'off',
    ...options,
  })
  return { agent, requests }
}

async function eventsOf(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  return await Array.fromAsync(events)
}

t.test('an agent asks for approval by a program and gives what its final answer is', async t => {
  const { agent, requests } = await scripted(t, [
    program('const result = human_approval("delete user account")\nfinal_answer(result)'),
  ])
  t.equal(await agent.run('Get approval to delete user account'), 'approved: delete user account')
  t.equal(requests.length, 1)
  const [system, task] = requests[0]?.messages ?? []
  t.match(system, { role: 'system', content: /declare function human_approval\(action: string\)/ })
  t.strictSame(task, { role: 'user', content: 'Task: Get approval to delete user account' })
})

t.test('what a program has defined, the program of the next step finds', async t => {
  const { agent, requests } = await scripted(t, [
    program('const sum = add(20, 22); print("sum is", sum)'),
    program('final_answer({ sum, at: new Map([[1, sum]]) })'),
  ])
  t.strictSame(await agent.run('Add'), { sum: 42, at: new Map([[1, 42]]) })
  t.equal(requests[1]?.messages.at(-1)?.content, 'Observation:\nLogs:\nsum is 42')
})

t.test('a program may use TypeScript, synchronous and asynchronous tools together', async t => {
  const source = `const [a, b]: [number, string] = await Promise.all([add(1, 2), human_approval("x")])
final_answer(\`\${a} and \${b}\`)`
  const { agent } = await scripted(t, [`Both.\n\`\`\`ts\n${source}\n\`\`\``])
  t.equal(await agent.run('Both'), '3 and approved: x')
})

t.test('five approvals of one program are asked for together', async t => {
  const record = new OverlapRecord(5)
  const { agent } = await scripted(
    t,
    [program('final_answer((await Promise.all([1, 2, 3, 4, 5].map(n => approve(n)))).length)')],
    { tools: record.tools('approve') },
  )
  t.equal(await agent.run('Approve five'), 5)
  t.equal(record.peak, 5)
})

t.test('runFull tells steps, tokens, time and how it ended', async t => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
  const { agent } = await scripted(t, [
    { content: program('add(1, 2)', 'First I add.'), usage },
    { content: program('final_answer("done")', 'Now I know.'), usage },
  ])
  const result = await agent.runFull('Add')
  t.match(result, {
    output: 'done',
    state: 'completed',
    usage: { inputTokens: 20, outputTokens: 10, modelCalls: 2 },
    durationMs: Number,
  })
  t.match(result.steps, [
    { type: 'task-step', task: 'Add', notes: [] },
    {
      type: 'action-step',
      action: 'program',
      number: 1,
      thought: 'First I add.',
      source: 'add(1, 2)',
      language: 'javascript',
      observation: 'Output:\n3',
      output: 3,
      isFinalAnswer: false,
      calls: [{ tool: 'add', status: 'completed' }],
      usage: { inputTokens: 10, outputTokens: 5 },
      executionId: /^exe_/,
    },
    { number: 2, thought: 'Now I know.', isFinalAnswer: true, output: 'done' },
  ])
  t.equal(result.steps.length, 3)
  t.strictSame(agent.memory.steps, result.steps)
})

t.test(
  'a stream tells tokens, actions, what the program does, steps and the answer last',
  async t => {
    const { agent } = await scripted(t, [
      program('print("working"); add(1, 2)'),
      program('final_answer(3)'),
    ])
    const events = await eventsOf(agent.stream('Add'))
    const told = events.filter(({ type }) => type !== 'model-delta' && type !== 'execution-event')
    t.match(told, [
      {
        type: 'action-started',
        number: 1,
        action: 'program',
        source: 'print("working"); add(1, 2)',
      },
      { type: 'action-step', number: 1, observation: 'Logs:\nworking\n\nOutput:\n3' },
      { type: 'action-started', number: 2, source: 'final_answer(3)' },
      { type: 'action-step', number: 2, isFinalAnswer: true },
      { type: 'final-answer', output: 3, state: 'completed', usage: { modelCalls: 2 } },
    ])
    t.equal(told.length, 5)
    const text = events.map(event => (event.type === 'model-delta' ? event.text : '')).join('')
    t.equal(text, program('print("working"); add(1, 2)') + program('final_answer(3)'))
    const inside = events.flatMap(event =>
      event.type === 'execution-event' && event.number === 1 ? [event.event.type] : [],
    )
    t.strictSame(inside, [
      'execution-started',
      'log-written',
      'call-started',
      'call-completed',
      'execution-ended',
    ])
  },
)

t.test('leaving a stream ends the run, and the agent is free', async t => {
  const aborted = Promise.withResolvers<void>()
  const hang = {
    hang: (_input: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise(() => signal.addEventListener('abort', () => aborted.resolve())),
  }
  const { agent } = await scripted(
    t,
    (_request, turn) => program(turn === 0 ? 'hang(1)' : 'final_answer("free")'),
    { tools: { hang: { description: '', inputSchema: {}, execute: hang.hang } } },
  )
  for await (const event of agent.stream('Hang')) {
    if (event.type === 'execution-event' && event.event.type === 'call-started') break
  }
  await aborted.promise
  t.equal((await executor.sessions.list()).length, 0, 'no session is left behind')
  t.equal(await agent.run('Go on'), 'free')
})

t.test('planning comes before the first step and then at each interval', async t => {
  const { agent, requests } = await scripted(
    t,
    [
      'Facts: none.\n1. Add.',
      program('add(1, 2)'),
      program('add(3, 4)'),
      'Facts: 3 and 7.\n1. Answer.',
      program('final_answer(10)'),
    ],
    { planningInterval: 2 },
  )
  const events = await eventsOf(agent.stream('Add'))
  const order = events.flatMap((event): (string | number)[] => {
    if (event.type === 'planning-step') return [event.reply]
    return event.type === 'action-step' ? [event.number] : []
  })
  t.strictSame(order, ['Facts: none.\n1. Add.', 1, 2, 'Facts: 3 and 7.\n1. Answer.', 3])
  t.match(lastText(requests[0] as never), /write a plan[\s\S]*- add: Adds two numbers\./)
  t.match(lastText(requests[3] as never), /write a new plan/)
  const after = requests[4]?.messages ?? []
  t.match(after.at(-2), { role: 'assistant', content: 'Facts: 3 and 7.\n1. Answer.' })
  t.match(after.at(-1), { role: 'user', content: /carry this plan out/ })
})

t.test('at the step limit the model answers with what it has', async t => {
  const { agent, requests } = await scripted(
    t,
    (request, turn) =>
      /limit of steps/.test(lastText(request)) ? 'It is 3, I think.' : program(`${turn} + 1`),
    { maxSteps: 2 },
  )
  const { output, state, steps } = await agent.runFull('Count')
  t.strictSame([output, state], ['It is 3, I think.', 'max-steps'])
  t.strictSame(
    steps.map(({ type }) => type),
    ['task-step', 'action-step', 'action-step', 'forced-answer-step'],
  )
  t.equal(requests.length, 3)
  await agent.run('Again', { maxSteps: 1 })
  t.equal(requests.length, 5, 'a run may have a limit of its own')
})

t.test('inputs are told to the model and are variables of the programs', async t => {
  const { agent, requests } = await scripted(t, [
    program('final_answer([names.get("a"), inputs.limit + 1])'),
  ])
  const inputs = { names: new Map([['a', 'Ada']]), limit: 5 }
  t.strictSame(await agent.run('Look', { inputs }), ['Ada', 6])
  t.match(
    lastText(requests[0] as never),
    /^Task: Look\n\n.*\n- names: \[\["a","Ada"\]\]\n- limit: 5$/,
  )
})

t.test('a program that fails is told with frame and hint, and repaired', async t => {
  const { agent, requests } = await scripted(t, [
    program('print("so far")\nad(1, 2)'),
    program('final_answer(add(1, 2))'),
  ])
  const { output, steps } = await agent.runFull('Add')
  t.equal(output, 3)
  t.match(steps[1], { error: { code: 'GUEST_ERROR', name: 'ReferenceError' } })
  const guide = readFileSync(resolve(import.meta.dirname, '../../docs/prompting.md'), 'utf8')
  const shown = /^```text\n([\s\S]*?)\n```$/m.exec(guide)?.[1]
  t.equal(lastText(requests[1] as never), shown, 'as docs/prompting.md shows it')
})

t.test('a reply without a program, and one that does not parse, are repaired steps', async t => {
  const { agent, requests } = await scripted(t, [
    'I shall add the numbers.',
    '```python\nprint(1)\n```',
    program('const = 1'),
    '',
    program('final_answer(add(1, 2))'),
  ])
  const { output, steps } = await agent.runFull('Add')
  t.equal(output, 3)
  t.match(steps.slice(1, 5), [
    { action: 'none', observation: /^The reply holds no program\.\nReply with one program/ },
    { action: 'none', observation: /a code block in python; programs are JavaScript/ },
    { action: 'program', error: { code: 'SYNTAX_ERROR' } },
    { action: 'none', observation: /^The reply holds no program/ },
  ])
  t.match(lastText(requests[3] as never), /Error: SyntaxError: [\s\S]*\[SYNTAX_ERROR\]/)
})

t.test('a program over a limit is a repaired step', async t => {
  const { agent, requests } = await scripted(
    t,
    [
      program('while (true) {}'),
      program(`"${'x'.repeat(3000)}"`),
      program('print("y".repeat(60000)); final_answer("short")'),
    ],
    { limits: { cpuMs: 200, maxSourceBytes: 2000 } },
  )
  const { output, steps } = await agent.runFull('Hurry')
  t.equal(output, 'short')
  t.match(steps.slice(1), [
    { error: { code: 'LIMIT_EXCEEDED' }, observation: /LIMIT_EXCEEDED cpuMs/ },
    { error: { code: 'PAYLOAD_TOO_LARGE' }, observation: /maxSourceBytes 2000/, calls: [] },
    { observation: /characters left out/ },
  ])
  t.match(lastText(requests[2] as never), /^Observation:\nError: Cannot execute the source/)
  const last = steps[3] as { observation: string }
  t.ok(last.observation.length < 40_000, 'what a model is told of the log is bounded')
})

t.test('only the first of several code blocks is run, and the model is told', async t => {
  const { agent, requests } = await scripted(t, [
    `${program('print("one")')}\nObservation: two\n${program('print("two")')}`,
    'final_answer("bare")',
  ])
  t.equal(await agent.run('Print'), 'bare')
  t.equal(
    lastText(requests[1] as never),
    'Observation:\nLogs:\none\n\nOnly the first code block of the reply was run, 1 more was not.',
  )
})

t.test('diagnostics of the type check are told before the model goes on', async t => {
  const { agent, requests } = await scripted(
    t,
    [program('print(add(1, "2".length))\nadd(1, "x") ?? 0'), program('final_answer(0)')],
    { typecheck: 'warn' },
  )
  await agent.run('Add')
  t.match(lastText(requests[1] as never), /Type check:\nline 2, column \d+: .*string/)
})

t.test('final-answer checks send the model back until all pass', async t => {
  const seen: unknown[] = []
  const { agent, requests } = await scripted(
    t,
    [1, 2, 3, 4].map(n => program(`final_answer(${n})`)),
    {
      finalAnswerChecks: [
        answer => (answer === 1 ? 'it is too small' : true),
        function isNotTwo(answer) {
          return answer !== 2
        },
      ],
    },
  )
  const output = await agent.run('Count', {
    finalAnswerChecks: [
      async (answer, memory) => {
        seen.push([answer, memory.steps.length])
        if (answer === 3) throw new Error('three is odd')
      },
    ],
  })
  t.equal(output, 4)
  t.strictSame(seen, [
    [3, 3],
    [4, 4],
  ])
  t.match(
    requests.slice(1).map(request => lastText(request)),
    [
      /The final answer was not accepted: it is too small\nGive another one\.$/,
      /not accepted: it does not pass the check "isNotTwo"/,
      /not accepted: three is odd/,
    ],
  )
})

t.test('a second run while one is active is refused', async t => {
  const asked = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const { agent } = await scripted(t, async () => {
    asked.resolve()
    await go.promise
    return program('final_answer("first")')
  })
  const first = agent.run('One')
  await asked.promise
  await t.rejects(agent.run('Two'), { name: 'LatchdError', code: 'AGENT_BUSY' })
  await t.rejects(agent.stream('Three').next(), { code: 'AGENT_BUSY' })
  await t.rejects(agent.close(), { code: 'AGENT_BUSY' })
  go.resolve()
  t.equal(await first, 'first')
  t.equal(await agent.run('Four'), 'first', 'it is free again')
})

t.test('a tool that is added during a run is there at the next step', async t => {
  let agent: CodeAgent | undefined
  const learn = () => {
    agent?.addTool({ name: 'twice', description: '', execute: (n: number) => 2 * n })
    return 'learned'
  }
  const made = await scripted(t, [program('learn()'), program('final_answer(twice(21))')], {
    tools: { learn },
  })
  agent = made.agent
  t.equal(await agent.run('Learn'), 42)
  const system = (at: number) => String(made.requests[at]?.messages[0]?.content)
  t.strictSame([/twice/.test(system(0)), /twice/.test(system(1))], [false, true])
  t.throws(() => agent?.addTools({ final_answer: () => 1 }), { code: 'TOOL_INVALID' })
})

t.test(
  "an agent without tools of its own has its executor's, and may name some of them",
  async t => {
    const own = startExecutor(t, { add, human_approval })
    const script = [program('final_answer(add(1, 2))')]
    const all = await scripted(t, script, { executor: own })
    const options: Options = { executor: own, tools: ['add'] }
    const one = await scripted(t, script, options)
    const { model, requests } = await scriptedModel(t, script)
    t.equal(await one.agent.run('Add'), 3)
    t.notMatch(one.requests[0]?.messages[0]?.content, /human_approval/)
    t.equal(await all.agent.run('Add'), 3)
    const { client } = await scriptedModel(t, script)
    const rest = new CodeAgent({ client, model, executor: own })
    t.equal(await rest.run('Add'), 3)
    t.equal(requests.length, 0)
    const unknown = await scripted(t, script, { ...options, tools: ['nothing'] })
    await t.rejects(unknown.agent.run('Add'), { code: 'UNKNOWN_TOOL' })
  },
)

t.test('many tools stand in the prompt by name, and are searched', async t => {
  const tools = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [
      `tool_${n}`,
      { description: `Gives ${n}.`, inputSchema: z.object({}), execute: () => n },
    ]),
  )
  const { agent, requests } = await scripted(
    t,
    [program('print(describe_tools("tool_7"))'), program('final_answer(tool_7())')],
    { tools },
  )
  t.equal(await agent.run('Seven'), 7)
  t.match(requests[0]?.messages[0]?.content, /search_tools[\s\S]*- tool_7: Gives 7\./)
  t.match(lastText(requests[1] as never), /declare function tool_7\(/)
})

t.test('aborting ends a run in the model, in a program and before it starts', async t => {
  const reason = new Error('enough')
  const started = Promise.withResolvers<void>()
  const toolAborted = Promise.withResolvers<void>()
  const hang = {
    description: '',
    inputSchema: z.object({}),
    execute: (_input: unknown, { signal }: { signal: AbortSignal }) => {
      started.resolve()
      signal.addEventListener('abort', () => toolAborted.resolve())
      return new Promise(() => {})
    },
  }
  const inProgram = await scripted(t, [program('hang()')], { tools: { hang } })
  const first = new AbortController()
  const running = inProgram.agent.run('Hang', { signal: first.signal })
  await started.promise
  first.abort(reason)
  await t.rejects(running, reason)
  await toolAborted.promise

  const asked = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  t.teardown(() => release.resolve())
  const inModel = await scripted(t, async () => {
    asked.resolve()
    await release.promise
    return 'late'
  })
  const second = new AbortController()
  const asking = inModel.agent.run('Ask', { signal: second.signal })
  await asked.promise
  second.abort(reason)
  await t.rejects(asking, reason)
  await t.rejects(inModel.agent.run('Ask', { signal: AbortSignal.abort(reason) }), reason)
  t.equal((await executor.sessions.list()).length, 0, 'no session is left behind')
})

t.test('with reset: false a run goes on with memory and variables of the one before', async t => {
  const { agent, requests } = await scripted(t, [
    program('const kept = add(20, 22); final_answer(kept)'),
    program('final_answer(kept + 1)'),
    program('final_answer(typeof kept)'),
  ])
  t.equal(await agent.run('Add', { reset: false }), 42)
  t.equal(await agent.run('One more', { reset: false }), 43)
  const contents = requests[1]?.messages.slice(1).map(({ content }) => content)
  t.match(contents, ['Task: Add', /const kept/, 'Observation:\nOutput:\n42\n\nTask: One more'])
  t.equal(await agent.run('Forget'), 'undefined')
  t.equal(requests[2]?.messages.length, 2)
  t.equal((await executor.sessions.list()).length, 0, 'the session went with the memory')
})

t.test('a memory is saved as JSON and goes on in another agent', async t => {
  const first = await scripted(t, [program('final_answer(new Map([["n", 42n]]))')])
  await first.agent.run('Make')
  const text = JSON.stringify(first.agent.memory)
  const memory = JSON.parse(text)
  const last = AgentMemory.from(memory).steps.at(-1)
  t.strictSame(
    'output' in (last ?? {}) && (last as { output: unknown }).output,
    new Map([['n', 42n]]),
  )

  const { agent, requests } = await scripted(t, [program('final_answer("went on")')], { memory })
  t.equal(await agent.run('Go on', { reset: false }), 'went on')
  await agent.close()
  t.match(
    requests[0]?.messages.at(-1)?.content,
    /Task: Go on\n\nThe variables and functions of the programs so far are gone\.$/,
  )
  t.equal(requests[0]?.messages.length, 4)
  t.throws(() => AgentMemory.from({ steps: [] } as never), { code: 'INVALID_REQUEST' })
})

t.test('a saved memory goes on in its session while that lasts', async t => {
  const first = await scripted(t, [program('const kept = 7; final_answer(kept)')])
  await first.agent.run('Keep', { reset: false })
  const memory = JSON.parse(JSON.stringify(first.agent.memory))
  const { agent } = await scripted(t, [program('final_answer(kept)')], { memory })
  t.equal(await agent.run('Use', { reset: false }), 7)
  await agent.close()
})

t.test('an agent is a tool of another one, also several times at once', async t => {
  const record = new OverlapRecord(2)
  const worker = await scripted(
    t,
    request => program(`final_answer("did " + work(${JSON.stringify(lastText(request))}))`),
    { name: 'worker', description: 'Does one piece of work.', tools: record.tools('work') },
  )
  const { agent, requests } = await scripted(
    t,
    [program('final_answer(await Promise.all([worker("a"), worker({ task: "b" })]))')],
    { tools: [worker.agent] },
  )
  t.strictSame(await agent.run('Both'), ['did work(Task: a)', 'did work(Task: b)'])
  t.equal(record.peak, 2)
  t.match(
    requests[0]?.messages[0]?.content,
    /Does one piece of work\.[\s\S]*declare function worker\(task: string, inputs\?: Record<string, any>\)/,
  )
  const nameless = await scripted(t, [])
  t.throws(() => nameless.agent.asTool(), { code: 'TOOL_INVALID' })
  t.equal(nameless.agent.asTool({ name: 'helper' }).name, 'helper')
})

t.test('approvals of tools are answered by onApproval', async t => {
  const deleted: string[] = []
  const remove = tool({
    name: 'remove',
    description: 'Deletes a path.',
    inputSchema: z.object({ path: z.string(), risk: z.string() }),
    needsApproval: true,
    execute: async ({ path, risk }) => {
      deleted.push(path)
      return `APPROVED: ${path} (risk: ${risk})`
    },
  })
  const { agent } = await scripted(
    t,
    [
      program('try { remove("/tmp", "low") } catch (e) { print(e.message) }'),
      program('final_answer(remove("/data/users", "high"))'),
    ],
    {
      tools: [remove],
      onApproval: ({ input }) =>
        (input as { risk: string }).risk === 'high'
          ? { decision: 'approve' }
          : { decision: 'reject', reason: 'not worth it' },
    },
  )
  const { output, steps } = await agent.runFull('Clean up')
  t.equal(output, 'APPROVED: /data/users (risk: high)')
  t.match(steps[1], { observation: 'Logs:\nremove was rejected: not worth it' })
  t.strictSame(deleted, ['/data/users'])
})

t.test('what cannot be meant is refused with a clear error', async t => {
  const { agent } = await scripted(t, [])
  const { client, model } = await scriptedModel(t, [])
  const made = (options: object) => () => new CodeAgent({ client, model, executor, ...options })
  const refused = { code: 'INVALID_REQUEST' }
  t.throws(made({ executor: undefined }), { ...refused, message: /an executor is expected/ })
  t.throws(made({ client: undefined }), { ...refused, message: /a client is expected/ })
  t.throws(made({ client: {} }), { ...refused, message: /an `openai` client is expected/ })
  t.throws(made({ model: {} }), { ...refused, message: /no method generate/ })
  t.throws(made({ maxSteps: 0 }), { ...refused, message: /Cannot use maxSteps 0/ })
  t.throws(made({ planningInterval: 1.5 }), refused)
  t.throws(made({ requestsPerMinute: -1 }), refused)
  t.throws(made({ tools: [{ name: 'x' }] }), { code: 'TOOL_INVALID' })
  await t.rejects(agent.run(' '), refused)
  await t.rejects(agent.run('Task', { maxSteps: Number.NaN }), refused)
})
