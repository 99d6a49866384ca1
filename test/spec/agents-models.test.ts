/** Models of agents: over the real `openai` client, of an app's own, limited, and when they fail. */

import OpenAI from 'openai'
import t from 'tap'
import {
  CodeAgent,
  type Model,
  type ModelDelta,
  OpenAIModel,
  rateLimited,
} from '../../sdk/agents/index.ts'
import { startExecutor } from '../support/executor.ts'
import { calling, programs as program, scriptedModel } from '../support/model-server.ts'
import { patience } from '../support/patience.ts'

const executor = startExecutor(t)
const asked = { messages: [{ role: 'user' as const, content: 'Hello' }] }

t.test('a model generates a reply with its tokens', async t => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  const { client, model, requests } = await scriptedModel(t, [{ content: 'Hi', usage }])
  const reply = await new OpenAIModel({
    client,
    model,
    parameters: { temperature: 0 },
  }).generate(asked)
  t.strictSame(reply, {
    text: 'Hi',
    toolCalls: [],
    usage: { inputTokens: 3, outputTokens: 2 },
  })
  t.match(requests, [{ model: 'scripted', messages: asked.messages, temperature: 0 }])
})

t.test('a model streams its reply in parts, calls of tools whole', async t => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  const { client, model } = await scriptedModel(
    t,
    [
      { content: 'one two three', usage },
      { ...calling(['add', { a: 1 }], ['add', { a: 2 }]), finishReason: 'tool_calls' },
      { content: 'cut', finishReason: 'length' },
    ],
    { chunkSize: 5 },
  )
  const openai = new OpenAIModel({ client, model })
  const deltas = await Array.fromAsync(openai.stream(asked))
  t.strictSame(deltas, [
    { type: 'text', text: 'one t' },
    { type: 'text', text: 'wo th' },
    { type: 'text', text: 'ree' },
    { type: 'end', usage: { inputTokens: 3, outputTokens: 2 } },
  ])
  const calls = await Array.fromAsync(openai.stream(asked))
  t.match(calls, [
    {
      type: 'tool-call',
      toolCall: { callId: 'call_add_0', name: 'add', argumentsText: '{"a":1}' },
    },
    { type: 'tool-call', toolCall: { callId: 'call_add_1', argumentsText: '{"a":2}' } },
    { type: 'end' },
  ])
  const cut = await Array.fromAsync(openai.stream(asked))
  t.match(cut.at(-1), { type: 'end', isCutOff: true })
})

t.test('three requests of one model are under way together', async t => {
  let underWay = 0
  const all = Promise.withResolvers<void>()
  const { client, model } = await scriptedModel(t, async (_request, turn) => {
    if (++underWay === 3) all.resolve()
    await all.promise
    return `reply ${turn}`
  })
  const openai = new OpenAIModel({ client, model })
  const replies = await Promise.all([1, 2, 3].map(() => openai.generate(asked)))
  t.strictSame(replies.map(({ text }) => text).sort(), ['reply 0', 'reply 1', 'reply 2'])
})

t.test('a model of the app’s own may answer at once or later, side by side', async t => {
  const source = program('final_answer(1)')
  const atOnce: Model = { generate: () => ({ text: source }) }
  const later: Model = {
    generate: async () => ({ text: source, usage: { inputTokens: 1, outputTokens: 1 } }),
  }
  const agents = [atOnce, later].map(model => new CodeAgent({ model, executor, typecheck: 'off' }))
  t.strictSame(await Promise.all(agents.map(agent => agent.run('One'))), [1, 1])
})

t.test('a model without stream is asked as a whole by agent.stream', async t => {
  const model: Model = { generate: () => ({ text: program('final_answer(1)') }) }
  const agent = new CodeAgent({ model, executor, typecheck: 'off' })
  const events = await Array.fromAsync(agent.stream('One'))
  t.notOk(events.some(({ type }) => type === 'model-delta'))
  t.match(events.at(-1), { type: 'final-answer', output: 1 })
})

t.test('an exception of a model propagates with its type', async t => {
  class Broken extends Error {}
  const generate = async () => {
    throw new Broken('no power')
  }
  const agent = new CodeAgent({ model: { generate }, executor })
  const error = await agent.run('Fail').catch(error => error)
  t.ok(error instanceof Broken)
  t.equal((await executor.sessions.list()).length, 0)
})

t.test('429 and 500 are tried again by the client, and then thrown with their type', async t => {
  const limit = { status: 429, retryAfter: 0, error: { message: 'slow down', type: 'rate_limit' } }
  const fault = { status: 500, error: { message: 'oops', type: 'server_error' } }
  const good = program('final_answer("came")')
  const once = await scriptedModel(t, [limit, good])
  const agent = new CodeAgent({ ...once, executor, typecheck: 'off' })
  t.equal(await agent.run('Try'), 'came')
  t.equal(once.requests.length, 2)

  const never = await scriptedModel(t, () => fault, { maxRetries: 0 })
  const failing = new CodeAgent({ ...never, executor })
  const error = await Array.fromAsync(failing.stream('Try')).catch(error => error)
  t.ok(error instanceof OpenAI.InternalServerError)
  const tired = await scriptedModel(t, () => limit, { maxRetries: 1 })
  const told = await new CodeAgent({ ...tired, executor }).run('Try').catch(error => error)
  t.ok(told instanceof OpenAI.RateLimitError)
  t.equal(tired.requests.length, 2)
})

t.test('a stream that breaks off is asked for again, and given up after three times', async t => {
  const source = program('final_answer("whole")')
  const broken = await scriptedModel(t, () => source, {
    truncateAfterChunks: 4,
    chunkSize: 5,
    latency: 10,
  })
  const openai = new OpenAIModel(broken)
  await t.rejects(Array.fromAsync(openai.stream(asked)), { code: 'MODEL_REPLY_INVALID' })

  let tries = 0
  const model: Model = {
    generate: request => openai.generate(request),
    stream: request => (++tries < 3 ? openai.stream(request) : whole(source)),
  }
  const agent = new CodeAgent({ model, executor, typecheck: 'off' })
  const events = await Array.fromAsync(agent.stream('Try'))
  t.match(events.at(-1), { type: 'final-answer', output: 'whole' })
  const restarts = events.filter(({ type }) => type === 'model-restarted')
  t.equal(restarts.length, 2)
  const first = events.findIndex(({ type }) => type === 'model-restarted')
  t.ok(first > 0, 'what was told before it is void')

  const hopeless = new CodeAgent({ ...broken, executor })
  const before = broken.requests.length
  await t.rejects(Array.fromAsync(hopeless.stream('Try')), { code: 'MODEL_REPLY_INVALID' })
  t.equal(broken.requests.length - before, 3)
})

async function* whole(text: string): AsyncGenerator<ModelDelta> {
  yield { type: 'text', text }
}

t.test('an answer that is no chat completion is a clear error', async t => {
  const bodies = ['{"hello":"world"}', '{"choices":[]}', '<html>', '{"choi']
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json' }
    const fetch = async () => new Response(body, { headers })
    const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch })
    const openai = new OpenAIModel({ client, model: 'any' })
    await t.rejects(openai.generate(asked), { code: 'MODEL_REPLY_INVALID' }, body)
    await t.rejects(Array.fromAsync(openai.stream(asked)), { code: 'MODEL_REPLY_INVALID' }, body)
  }
  const nothing = new CodeAgent({ model: { generate: () => ({}) as never }, executor })
  await t.rejects(nothing.run('Try'), { code: 'MODEL_REPLY_INVALID', message: /no text/ })
})

t.test('a model that declines is a clear error', async t => {
  const message = { role: 'assistant', content: null, refusal: 'not that' }
  const body = { choices: [{ index: 0, finish_reason: 'stop', message }] }
  const fetch = async () => Response.json(body)
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch })
  const agent = new CodeAgent({ client, model: 'any', executor })
  await t.rejects(agent.run('Try'), { code: 'MODEL_REFUSED', message: /not that/ })
})

t.test('a reply that was cut off at the length limit is told to the model', async t => {
  const { client, model } = await scriptedModel(t, [
    { content: '```js\nconst list = [1, 2,', finishReason: 'length' },
    program('final_answer("shorter")'),
  ])
  const agent = new CodeAgent({ client, model, executor, typecheck: 'off' })
  const { output, steps } = await agent.runFull('Try')
  t.equal(output, 'shorter')
  t.match(steps[1], { action: 'none', observation: /cut off at the length limit/ })
})

t.test('the thoughts of a reasoning model are no program, and are not sent back', async t => {
  const thinking = `<think>\n${program('final_answer("thought")')}\n</think>\n`
  const { client, model, requests } = await scriptedModel(t, [
    `${thinking}${program('1 + 1', '')}`,
    `${thinking}${program('final_answer("said")')}`,
  ])
  const agent = new CodeAgent({ client, model, executor, typecheck: 'off' })
  t.equal(await agent.run('Think'), 'said')
  t.strictSame(requests[1]?.messages[2], {
    role: 'assistant',
    content: `\n${program('1 + 1', '')}`,
  })
})

t.test('at 60 requests a minute the second waits about a second, others run meanwhile', async t => {
  const limited = rateLimited({ generate: () => ({ text: 'ok' }) }, { requestsPerMinute: 60 })
  const order: string[] = []
  const startMs = performance.now()
  await limited.generate(asked)
  const firstMs = performance.now() - startMs
  const second = Promise.resolve(limited.generate(asked)).then(() => order.push('second'))
  await Promise.resolve(
    rateLimited({ generate: () => ({ text: 'other' }) }, { requestsPerMinute: undefined }).generate(
      asked,
    ),
  )
  order.push('other')
  await second
  const secondMs = performance.now() - startMs
  t.ok(firstMs < patience(500), 'the first does not wait')
  t.ok(secondMs > 900 && secondMs < patience(2500), `${secondMs} ms`)
  t.strictSame(order, ['other', 'second'])
})

t.test(
  'an agent’s limit spreads its requests, also streamed ones, and an abort ends the wait',
  async t => {
    const atMs: number[] = []
    const { client, model } = await scriptedModel(t, (_request, turn) => {
      atMs.push(performance.now())
      return program(turn === 2 ? 'final_answer(1)' : '1')
    })
    const agent = new CodeAgent({
      client,
      model,
      executor,
      typecheck: 'off',
      requestsPerMinute: 300,
    })
    for await (const _event of agent.stream('Three')) {
      // Read to the end.
    }
    t.ok((atMs[2] ?? 0) - (atMs[0] ?? 0) > 350, 'three requests 200 ms apart')

    const slow = new CodeAgent({ client, model, executor, requestsPerMinute: 1 })
    const controller = new AbortController()
    const model2 = slow.model
    await model2.generate(asked)
    const running = slow.run('Wait', { signal: controller.signal })
    const reason = new Error('not so long')
    setImmediate(() => controller.abort(reason))
    await t.rejects(running, reason)
  },
)
