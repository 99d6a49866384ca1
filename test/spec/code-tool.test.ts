/** Code mode as one tool for somebody else's model loop: the AI SDK's, and OpenAI's two APIs. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { LLMock } from '@copilotkit/aimock'
import { generateText, isStepCount, streamText } from 'ai'
import OpenAI from 'openai'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type CodeTool, type CodeToolOptions, codeTool, Latchd, tool } from '../../sdk/index.ts'
import { aiSdkModel, type Turn } from '../support/ai-sdk-model.ts'
import { fixture, testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'

const add = tool({
  name: 'add',
  description: 'Adds two numbers.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => a + b,
})

/** A tool that asks first, and what was really deleted. */
function deleting() {
  const deleted: string[] = []
  const delete_user = tool({
    name: 'delete_user',
    description: 'Deletes a user.',
    inputSchema: z.object({ id: z.string() }),
    needsApproval: true,
    execute: async ({ id }) => {
      deleted.push(id)
      return `deleted ${id}`
    },
  })
  return { delete_user, deleted }
}

const executor = startExecutor(t)

function embedded(options: Omit<CodeToolOptions, 'executor'> = {}) {
  return codeTool({ executor, ...options })
}

/** A result without what differs from run to run. */
// biome-ignore lint/suspicious/noExplicitAny: results of every shape
function told({ executionId, ...result }: any) {
  return result
}

t.test('in the loop of the AI SDK', async t => {
  t.test('generateText runs the programs of the model and gives it their results', async t => {
    const code = embedded({ tools: [add] })
    const model = aiSdkModel((results, turn) => {
      if (turn === 0) return [{ source: 'print("adding"); add(add(1, 2), 3)' }]
      return `It is ${results[0].output}`
    })
    const { text, steps } = await generateText({
      model,
      instructions: await code.prompt(),
      prompt: 'Add 1, 2 and 3',
      tools: { run_program: code.aiTool },
      stopWhen: isStepCount(5),
    })
    t.equal(text, 'It is 6')
    const [result] = steps[0]?.toolResults ?? []
    t.strictSame(told(result?.output), {
      status: 'completed',
      output: 6,
      isFinalAnswer: false,
      logs: 'adding',
    })
    const [asked] = model.doGenerateCalls
    t.match(asked?.tools, [
      {
        type: 'function',
        name: 'run_program',
        description: code.description,
        inputSchema: {
          type: 'object',
          properties: { source: { type: 'string' }, executionId: { type: 'string' } },
        },
      },
    ])
  })

  t.test(
    'streamText waits for an approval in one conversation and goes on in the next',
    async t => {
      const { delete_user, deleted } = deleting()
      const code = embedded({ tools: { delete_user } })
      const model = aiSdkModel((results): Turn => {
        const last = results.at(-1)
        if (last === undefined) return [{ source: 'print("asking"); delete_user("u1")' }]
        if (last.status === 'waiting') return `May I? ${last.approvals[0].question}`
        return `Done: ${last.output}`
      })
      const tools = { run_program: code.aiTool }
      const first = streamText({ model, tools, prompt: 'Delete u1', stopWhen: isStepCount(5) })
      t.equal(await first.text, 'May I? delete_user {"id":"u1"}')
      const [result] = (await first.steps)[0]?.toolResults ?? []
      const { approvalId = '', executionId = '' } = { ...(result?.output as object) } as Record<
        string,
        string
      >
      t.match(told(result?.output), {
        status: 'waiting',
        approvalId,
        approvals: [{ approvalId, tool: 'delete_user', input: { id: 'u1' } }],
        logs: 'asking',
      })
      t.strictSame(deleted, [])

      await executor.approvals.approve(approvalId)
      const next = aiSdkModel((results, turn) =>
        turn === 0 ? [{ executionId }] : `Done: ${results[0].output}`,
      )
      const second = streamText({
        model: next,
        tools,
        prompt: 'They agreed',
        stopWhen: isStepCount(5),
      })
      t.equal(await second.text, 'Done: deleted u1')
      t.strictSame(deleted, ['u1'])
    },
  )

  t.test('input that fits nothing is told to the model, which repairs it', async t => {
    const code = embedded()
    const model = aiSdkModel((results, turn) => {
      if (turn === 0) return [{ code: '1 + 1' }]
      return turn === 1 ? [{ source: '1 + 1' }] : JSON.stringify(results)
    })
    const { text } = await generateText({
      model,
      prompt: 'Add',
      tools: { run_program: code.aiTool },
      stopWhen: isStepCount(5),
    })
    const [refusal, result] = JSON.parse(text)
    t.match(refusal, /unknown field .*code.*; expected .*source/)
    t.match(result, { status: 'completed', output: 2 })
  })

  t.test('aborting cancels the program', async t => {
    const started = Promise.withResolvers<void>()
    const hang = tool({
      name: 'hang',
      description: 'Waits until it is aborted.',
      inputSchema: z.object({}),
      execute: (_input, { signal }) => {
        started.resolve()
        return new Promise(resolve => signal.addEventListener('abort', () => resolve('aborted')))
      },
    })
    const code = embedded({ tools: [hang] })
    const controller = new AbortController()
    let told: unknown
    const generated = generateText({
      model: aiSdkModel((_results, turn) => (turn === 0 ? [{ source: 'hang()' }] : 'stopped')),
      prompt: 'Hang',
      abortSignal: controller.signal,
      tools: {
        run_program: {
          ...code.aiTool,
          execute: async (input, options) => {
            told = await code.aiTool.execute(input, options)
            return told
          },
        },
      },
    })
    await started.promise
    controller.abort()
    await Promise.allSettled([generated])
    t.match(told, { status: 'cancelled', error: { code: 'CANCELLED' } })
  })
})

/** A scripted OpenAI-compatible server and the real client in front of it. */
async function openai(t: Test, calls: (results: readonly string[]) => object[] | string) {
  const mock = new LLMock({ port: 0 })
  mock.on({ predicate: () => true }, request => {
    const results = request.messages.flatMap(({ role, content }) =>
      role === 'tool' ? [String(content)] : [],
    )
    const answer = calls(results)
    if (typeof answer === 'string') return { content: answer }
    const toolCalls = answer.map((input, i) => ({
      id: `call_${results.length}_${i}`,
      name: 'run_program',
      arguments: 'raw' in input ? String(input.raw) : JSON.stringify(input),
    }))
    return { toolCalls }
  })
  await mock.start()
  t.teardown(() => mock.stop())
  return { mock, client: new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'none' }) }
}

/** The loop of an app over Chat Completions. */
async function chat(client: OpenAI, code: CodeTool): Promise<string | null> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: await code.prompt() },
    { role: 'user', content: 'Go' },
  ]
  for (;;) {
    const { choices } = await client.chat.completions.create({
      model: 'scripted',
      messages,
      tools: [code.chatTool],
    })
    const message = choices[0]?.message as OpenAI.ChatCompletionMessage
    messages.push(message)
    if (message.tool_calls === undefined) return message.content
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue
      messages.push({ role: 'tool', tool_call_id: call.id, content: await code.handle(call) })
    }
  }
}

t.test("with OpenAI's client", async t => {
  t.test('Chat Completions: definition, handling and result', async t => {
    const code = embedded({ tools: [add] })
    const { client, mock } = await openai(t, ([result]) =>
      result === undefined ? [{ source: 'add(20, 22)' }] : `It is ${JSON.parse(result).output}`,
    )
    t.equal(await chat(client, code), 'It is 42')
    const [{ body } = {}] = mock.getRequests()
    const { tools } = body as unknown as { tools: object[] }
    t.strictSame(tools, JSON.parse(JSON.stringify([code.chatTool])))
    t.strictSame(Object.keys((tools[0] as { function: object }).function), [
      'name',
      'description',
      'parameters',
      'strict',
    ])
  })

  t.test('the client’s own runTools takes the tool as it is', async t => {
    const code = embedded({ tools: [add] })
    const { client } = await openai(t, ([result]) =>
      result === undefined ? [{ source: 'add(20, 22)' }] : `It is ${JSON.parse(result).output}`,
    )
    const runner = client.chat.completions.runTools({
      model: 'scripted',
      messages: [{ role: 'user', content: 'Go' }],
      tools: [code.chatTool],
    })
    t.equal(await runner.finalContent(), 'It is 42')
  })

  t.test('Responses: definition, handling and result', async t => {
    const code = embedded({ tools: [add] })
    const { client } = await openai(t, ([result]) =>
      result === undefined ? [{ source: 'add(20, 22)' }] : `It is ${JSON.parse(result).output}`,
    )
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Go' }]
    const instructions = await code.prompt()
    const ask = () =>
      client.responses.create({
        model: 'scripted',
        instructions,
        input,
        tools: [code.responsesTool],
      })
    const first = await ask()
    for (const item of first.output) {
      if (item.type !== 'function_call') continue
      const output = await code.handle(item)
      input.push(item, { type: 'function_call_output', call_id: item.call_id, output })
    }
    const second = await ask()
    t.equal(second.output_text, 'It is 42')
  })

  t.test('arguments that are no JSON are told to the model, which repairs them', async t => {
    const code = embedded()
    const { client } = await openai(t, results => {
      if (results.length === 0) return [{ raw: 'print("no json")' }]
      if (results.length === 1) return [{ source: '"repaired"' }]
      return results.join('\n')
    })
    const [refusal = '', result = ''] = (await chat(client, code))?.split('\n') ?? []
    t.match(JSON.parse(refusal), {
      status: 'refused',
      error: {
        code: 'INVALID_REQUEST',
        message: /^Cannot read the arguments as JSON: .*; expected /,
      },
    })
    t.match(JSON.parse(result), { status: 'completed', output: 'repaired' })
  })

  t.test('a call of another name is told, not run', async t => {
    const code = embedded()
    const text = await code.handle({ name: 'other', arguments: '{"source": "1"}' })
    t.strictSame(JSON.parse(text), {
      status: 'refused',
      error: {
        code: 'UNKNOWN_TOOL',
        message: "Cannot call other: the tool's name is run_program",
      },
    })
  })
})

t.test('what the model is told', async t => {
  t.test('a failure with its place and what helps to repair it', async t => {
    const code = embedded({ tools: [add] })
    t.strictSame(told(await code.run({ source: 'print("so far")\nadd_all(1, 2)' })), {
      status: 'failed',
      error: {
        code: 'GUEST_ERROR',
        name: 'ReferenceError',
        message: 'add_all is not defined',
        line: 2,
        column: 1,
        frame: '  1 | print("so far")\n> 2 | add_all(1, 2)\n    | ^',
        hint: 'Did you mean add?',
      },
      logs: 'so far',
    })
  })

  t.test('a value that JSON cannot write, also as text', async t => {
    const code = embedded()
    t.match(await code.run({ source: 'new Map([["a", 1n]])' }), {
      output: [['a', '1']],
      outputText: "Map(1) { 'a' => 1n }",
    })
    t.match(await code.run({ source: 'undefined' }), { output: null, outputText: 'undefined' })
  })

  t.test('start and end of what is too long, and how much is left out', async t => {
    const code = embedded({ maxLogChars: 30, maxOutputChars: 30 })
    const source = 'print("a".repeat(40) + "z".repeat(40)); "b".repeat(100)'
    t.match(await code.run({ source }), {
      logs: /^a{10}\n… 50 characters left out; call with \{.*"from": 10, "to": 60\} to read them …\nz{20}$/,
      output: /^b{10}\n… 70 characters left out; .*"from": 92, "to": 162\} to read them …\nb{20}$/,
    })
  })

  t.test('no half of a character', async t => {
    const code = embedded({ maxOutputChars: 31 })
    const { output } = (await code.run({ source: '"😀".repeat(50)' })) as { output: string }
    t.ok(output.isWellFormed(), output)
  })

  t.test('a program that takes long goes on, and its result comes later', async t => {
    const release = Promise.withResolvers<string>()
    const slow = { name: 'slow', description: 'Waits.', execute: () => release.promise }
    const code = embedded({ tools: [slow], waitMs: 20 })
    const first = await code.run({ source: 'slow()' })
    t.match(first, { status: /^(running|queued)$/, executionId: /^exe_/, hint: /call again with/ })
    release.resolve('at last')
    const { executionId } = first as { executionId: string }
    let result = await code.run({ executionId })
    while (result.status === 'running' || result.status === 'queued')
      result = await code.run({ executionId })
    t.match(result, { status: 'completed', output: 'at last' })
  })

  t.test('what the type check found, before anything has run', async t => {
    const code = embedded({ tools: [add], typecheck: 'error' })
    t.match(await code.run({ source: 'print("ran"); add("one", 2)' }), {
      status: 'failed',
      error: { code: 'TYPE_ERROR', line: 1, column: 19 },
      diagnostics: [{ line: 1, column: 19, code: /^TS/ }],
      logs: /^$/,
    })
  })

  t.test('that a source is too long', async t => {
    const code = embedded({ limits: { maxSourceBytes: 10 } })
    t.match(await code.run({ source: '"more than ten bytes"' }), {
      status: 'refused',
      error: { code: 'PAYLOAD_TOO_LARGE' },
    })
  })

  t.test('that an execution is not there', async t => {
    const code = embedded()
    t.match(await code.run({ executionId: 'exe_none' }), {
      status: 'refused',
      error: { code: 'NOT_FOUND', message: 'There is no execution exe_none' },
    })
  })

  t.test('empty fields count as absent, two at once are refused', async t => {
    const code = embedded()
    const call = (input: object) =>
      code.handle({ name: 'run_program', arguments: JSON.stringify(input) })
    t.match(JSON.parse(await call({ source: '7', executionId: '' })), { output: 7 })
    t.match(JSON.parse(await call({ source: '7', executionId: null })), { output: 7 })
    for (const input of [{}, [], { source: '7', executionId: 'exe_1' }, { source: 7 }]) {
      t.match(JSON.parse(await call(input)), {
        status: 'refused',
        error: { code: 'INVALID_REQUEST', message: /^Cannot read the input: / },
      })
    }
  })
})

t.test('approvals', async t => {
  t.test('what is asked of a person stands in the result', async t => {
    const code = embedded()
    t.match(await code.run({ source: 'ask_human("Which one?")' }), {
      status: 'waiting',
      approvals: [{ tool: 'ask_human', question: 'Which one?' }],
    })
    t.match(await code.run({ source: 'human_approval("Send it", { to: "Bob" })' }), {
      approvals: [{ question: 'Send it', input: { action: 'Send it', details: { to: 'Bob' } } }],
    })
  })

  t.test('going on before a decision says again what is waited for', async t => {
    const code = embedded()
    const first = await code.run({ source: '[ask_human("One?"), ask_human("Two?")]' })
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }
    t.strictSame(await code.run({ executionId }), first)
    await executor.approvals.approve(approvalId, { answer: 'one' })
    const second = await code.run({ executionId })
    t.match(second, { status: 'waiting', approvals: [{ question: 'Two?' }] })
    await executor.approvals.reject((second as { approvalId: string }).approvalId, {
      reason: 'no second one',
    })
    const third = await code.run({ executionId })
    t.match(third, {
      status: 'failed',
      error: { name: 'ApprovalRejectedError', message: /no second one/ },
    })
    t.strictSame(await code.run({ executionId }), third, 'its end can be asked for again')
  })

  t.test('several calls that wait at once are all told', async t => {
    const code = embedded()
    const first = await code.run({
      source: 'await Promise.all([ask_human("One?"), ask_human("Two?")])',
    })
    const { executionId, approvals } = first as unknown as {
      executionId: string
      approvals: { question: string; approvalId: string }[]
    }
    t.strictSame(
      approvals.map(({ question }) => question),
      ['One?', 'Two?'],
    )
    for (const { question, approvalId } of approvals) {
      await executor.approvals.approve(approvalId, { answer: question })
    }
    t.match(await code.run({ executionId }), { output: ['One?', 'Two?'] })
  })

  t.test('are answered here when the app answers them', async t => {
    const code = embedded({
      onApproval: async ({ input }) => ({ decision: 'approve', answer: JSON.stringify(input) }),
    })
    t.match(await code.run({ source: 'ask_human("Which?")' }), {
      status: 'completed',
      output: '{"question":"Which?"}',
    })
  })

  t.test('aborting what was called before does not cancel what waits', async t => {
    const code = embedded()
    const { signal, abort } = aborting()
    const first = await code.run({ source: 'ask_human("Still?")' }, { signal })
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }
    abort()
    await executor.approvals.approve(approvalId, { answer: 'still' })
    t.match(await code.run({ executionId }), { status: 'completed', output: 'still' })
  })

  t.test('aborting while it goes on cancels it', async t => {
    const started = Promise.withResolvers<void>()
    const forever = () => {
      started.resolve()
      return new Promise(() => {})
    }
    const code = codeTool({ executor, tools: [forever, 'ask_human'] })
    const first = await code.run({ source: 'ask_human("Go on?"); forever()' })
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }
    await executor.approvals.approve(approvalId, { answer: 'yes' })
    const { signal, abort } = aborting()
    const rest = code.run({ executionId }, { signal })
    await started.promise
    abort()
    t.match(await rest, { status: 'cancelled', error: { code: 'CANCELLED' } })
  })
})

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

t.test('a session', async t => {
  t.test('lets programs build on each other, also those of one turn', async t => {
    const code = embedded({ session: true, tools: [add] })
    t.match(await code.run({ source: 'let sum = add(1, 2)' }), { status: 'completed' })
    const results = await Promise.all(
      [1, 2, 3].map(n => code.run({ source: `sum = add(sum, ${n}); sum` })),
    )
    t.match(results, [{ output: 4 }, { output: 6 }, { output: 9 }])
    t.match(await code.prompt(), /Variables and functions of a program stay/)
  })

  t.test('is not there without being asked for', async t => {
    const code = embedded()
    await code.run({ source: 'let kept = 1' })
    t.match(await code.run({ source: 'typeof kept' }), { output: 'undefined' })
    t.match(await code.prompt(), /Nothing of a program stays/)
  })

  t.test('refuses another program while one of it waits for a person', async t => {
    const code = embedded({ session: true })
    const [first, second] = await Promise.all([
      code.run({ source: 'var name = ask_human("Name?")' }),
      code.run({ source: 'name' }),
    ])
    t.match(first, { status: 'waiting' })
    t.match(second, {
      status: 'refused',
      error: { code: 'SESSION_BUSY', message: /go on with it first, by its executionId$/ },
    })
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }
    await executor.approvals.approve(approvalId, { answer: 'Ada' })
    await code.run({ executionId })
    t.match(await code.run({ source: 'name' }), { output: 'Ada' })
  })

  t.test('is deleted when the tool is closed', async t => {
    const code = embedded({ session: true })
    await code.run({ source: '1' })
    const [{ sessionId } = { sessionId: '' }] = await executor.sessions.list()
    await code.close()
    await t.rejects(executor.sessions.get(sessionId), { code: 'NOT_FOUND' })
    await code.close()
    t.match(await code.run({ source: '2' }), { output: 2 }, 'and another one is begun')
  })

  t.test('stays when it cannot be deleted, and can be closed again', async t => {
    const code = embedded({ session: true })
    const { executionId, approvalId } = (await code.run({ source: 'ask_human("Who?")' })) as {
      executionId: string
      approvalId: string
    }
    const [{ sessionId } = { sessionId: '' }] = await executor.sessions.list()
    await t.rejects(code.close(), { code: 'SESSION_BUSY' })
    await executor.approvals.approve(approvalId, { answer: 'Ada' })
    t.match(await code.run({ executionId }), { output: 'Ada' })
    await code.close()
    await t.rejects(executor.sessions.get(sessionId), { code: 'NOT_FOUND' })
  })

  t.test('is deleted with what has not ended when the tool is closed so', async t => {
    for (const session of [true, false]) {
      const code = embedded({ session })
      const { executionId } = (await code.run({ source: 'ask_human("Who?")' })) as {
        executionId: string
      }
      const sessions = await executor.sessions.list()
      await code.close({ cancel: true })
      t.match(await executor.wait(executionId), { status: 'cancelled' })
      t.equal((await executor.sessions.list()).length, sessions.length - Number(session))
    }
  })

  t.test('may be one of the app, which keeps it', async t => {
    const session = await executor.sessions.create()
    await session.execute({ source: 'const theirs = 7' })
    const code = codeTool({ executor, sessionId: session.sessionId })
    t.match(await code.run({ source: 'theirs' }), { output: 7 })
    await code.close()
    t.match(await session.info(), { executions: 2 })
  })
})

t.test('the tools', async t => {
  t.test('are declared in the prompt, names and all that the executor has too', async t => {
    const executor = startExecutor(t, [add])
    const named = await codeTool({ executor, tools: ['add'] }).prompt()
    t.match(named, 'declare function add(a: number, b: number): any')
    t.notMatch(named, 'human_approval')
    const all = await codeTool({ executor }).prompt()
    t.match(all, 'declare function add(a: number, b: number): any')
    t.match(all, 'declare function human_approval(')
    await t.rejects(codeTool({ executor, tools: ['none'] }).prompt(), { code: 'UNKNOWN_TOOL' })
  })

  t.test('that are many are named, within what OpenAI takes as a description', async t => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `weather_of_city_${i}`,
        { description: `Weather of city ${i}.`, execute: () => i },
      ]),
    )
    const code = embedded({ tools: many })
    t.ok(code.description.length <= 1024, String(code.description.length))
    t.match(code.description, /Tools: weather_of_city_0, .* and \d+ more\.$/)
    const prompt = await code.prompt()
    t.match(prompt, 'weather_of_city_199: Weather of city 199.')
    t.match(prompt, 'search_tools')
    t.match(await code.run({ source: 'weather_of_city_150()' }), { output: 150 })
  })

  t.test('of the app that are refused are a fault of the app', async t => {
    const code = embedded({ tools: ['none'] })
    await t.rejects(code.run({ source: '1' }), { code: 'UNKNOWN_TOOL' })
    t.throws(() => embedded({ tools: { Array: () => 1 } }), { code: 'TOOL_INVALID' })
  })
})

t.test('options that cannot be meant are refused', async t => {
  for (const options of [
    { name: 'run program' },
    { name: '' },
    { waitMs: -1 },
    { maxLogChars: 1.5 },
    { session: true, sessionId: 'ses_1' },
  ]) {
    t.throws(() => codeTool({ executor, ...options }), { code: 'INVALID_REQUEST' })
  }
})

t.test('over a daemon', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOOLS: fixture('tools/approval-tools.ts'),
    LATCHD_TOKENS: 'app:secret-of-app,model:secret-of-model:execute',
  })
  const token = 'secret-of-app'
  const latchd = new Latchd({ url, token })
  t.teardown(() => latchd.close())

  t.test('a program waits, and another tool of another client goes on with it', async t => {
    const code = codeTool({ executor: latchd, tools: ['transfer'] })
    t.match(await code.prompt(), 'declare function transfer(to: string, amount: number)')
    const first = await code.run({ source: 'print("sending"); transfer("Bob", 500)' })
    t.match(told(first), {
      status: 'waiting',
      approvals: [{ tool: 'transfer', input: { to: 'Bob', amount: 500 } }],
      logs: 'sending',
    })
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }

    const other = new Latchd({ url, token })
    t.teardown(() => other.close())
    t.strictSame(await codeTool({ executor: other }).run({ executionId }), first)
    await other.approvals.approve(approvalId, { args: { to: 'Bob', amount: 400 } })
    t.match(await codeTool({ executor: other }).run({ executionId }), {
      status: 'completed',
      output: '400 to Bob',
      logs: 'sending',
    })
  })

  t.test('tools of the app run in the app, also after an approval', async t => {
    const { delete_user, deleted } = deleting()
    const code = codeTool({ executor: latchd, tools: [add, delete_user] })
    const first = await code.run({ source: '`${add(1, 2)} ${delete_user("u7")}`' })
    t.match(first, { approvals: [{ tool: 'delete_user', input: { id: 'u7' } }] })
    t.strictSame(deleted, [])
    const { executionId, approvalId } = first as { executionId: string; approvalId: string }
    await latchd.approvals.approve(approvalId)
    t.match(await code.run({ executionId }), { status: 'completed', output: '3 deleted u7' })
    t.strictSame(deleted, ['u7'])
  })

  t.test('aborting cancels the program in the daemon', async t => {
    const code = codeTool({ executor: latchd })
    const { signal, abort } = aborting()
    const events = await latchd.allEvents()
    const rest = code.run({ source: 'sleep(60_000)' }, { signal })
    for await (const { type } of events) if (type === 'call-started') break
    abort()
    t.match(await rest, { status: 'cancelled' })
  })

  t.test('closing cancels there what the model has left', async t => {
    const code = codeTool({ executor: latchd })
    const { executionId } = (await code.run({ source: 'ask_human("Who?")' })) as {
      executionId: string
    }
    await code.close({ cancel: true })
    t.match(await latchd.get(executionId), { status: 'cancelled' })
  })

  t.test('a session is kept there', async t => {
    const code = codeTool({ executor: latchd, session: true })
    await code.run({ source: 'const kept = 6' })
    t.match(await code.run({ source: 'kept * 7' }), { output: 42 })
    await code.close()
    t.strictSame(await latchd.sessions.list(), [])
  })

  t.test('that is not there is a fault of the app', async t => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    const nowhere = new Latchd({ url: `http://127.0.0.1:${port}` })
    t.teardown(() => nowhere.close())
    const code = codeTool({ executor: nowhere })
    await t.rejects(code.run({ source: '1' }), { code: 'CONNECTION_REFUSED' })
  })

  t.test('with a token that may not read approvals they are told by id', async t => {
    const client = new Latchd({ url, token: 'secret-of-model' })
    t.teardown(() => client.close())
    const result = await codeTool({ executor: client }).run({ source: 'ask_human("Which?")' })
    t.match(result, {
      status: 'waiting',
      approvals: [{ approvalId: /^apr_/, tool: 'ask_human', question: 'ask_human' }],
    })
  })
})
