import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { askModelTool } from '../../daemon/tools/ask-model.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'

type Options = Parameters<ReturnType<typeof askModelTool>['execute']>[0]['options']

interface Asked {
  readonly path: string | undefined
  readonly authorization: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: what a service is sent
  readonly body: any
}

const KEY = 'sk-very-secret'

/** An OpenAI-compatible service that answers so, what it was asked, and the tool in front of it. */
async function service(
  t: Test,
  answer: (response: ServerResponse, asked: Asked, request: IncomingMessage) => void,
) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const { url: path, headers } = request
    const text = Buffer.concat(await request.toArray()).toString()
    const one = { path, authorization: headers.authorization, body: JSON.parse(text || 'null') }
    asked.push(one)
    answer(response, one, request)
  })
  server.listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const tool = askModelTool({ model: 'small', baseURL, apiKey: KEY })
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be any value
  const ask = async (prompt: string, options?: Options, context = callContext()): Promise<any> =>
    await tool.execute(options === undefined ? { prompt } : { prompt, options }, context)
  return { ask, asked, server, baseURL }
}

function callContext(): CallContext {
  return new CallContext({
    callId: 'call',
    executionId: 'exe',
    sessionId: undefined,
    caller: 'local',
    metadata: {},
    onProgress() {},
  })
}

function json(response: ServerResponse, status: number, body: unknown): void {
  // The client tries again at once instead of after half a second.
  response.setHeader('retry-after-ms', '1')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const says = (content: unknown, more: object = {}) => ({
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content }, ...more }],
})

t.test("the model's answer is given as text", async t => {
  const { ask, asked } = await service(t, response => json(response, 200, says('Paris')))
  t.equal(await ask('What is the capital of France?'), 'Paris')
  t.strictSame(asked, [
    {
      path: '/v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      body: {
        model: 'small',
        messages: [{ role: 'user', content: 'What is the capital of France?' }],
      },
    },
  ])
})

t.test('options are passed on', async t => {
  const { ask, asked } = await service(t, response => json(response, 200, says('ok')))
  await ask('p', { model: 'big', system: 'Be brief.', temperature: 0, maxTokens: 5 })
  t.strictSame(asked[0]?.body, {
    model: 'big',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'p' },
    ],
    temperature: 0,
    max_tokens: 5,
  })
})

t.test('with json the answer is a parsed value', async t => {
  const texts = ['{"a":[1]}', '```json\n{"a":[1]}\n```', ' \n```\n{"a":[1]}\n```\n']
  for (const text of texts) {
    const { ask, asked } = await service(t, response => json(response, 200, says(text)))
    t.strictSame(await ask('p', { json: true }), { a: [1] })
    t.match(asked[0]?.body, {
      response_format: { type: 'json_object' },
      messages: [{ role: 'system', content: /JSON/ }, { role: 'user' }],
    })
    t.equal(await ask('p', { json: false }), text, 'false is as if it were absent')
  }
})

t.test('with a JSON Schema the answer fits it, or the call throws', async t => {
  let text = '{"n":1}'
  const { ask, asked } = await service(t, response => json(response, 200, says(text)))
  const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
  t.strictSame(await ask('p', { json: schema }), { n: 1 })
  t.strictSame(asked[0]?.body.response_format, {
    type: 'json_schema',
    json_schema: { name: 'answer', schema },
  })
  text = '{"n":"one"}'
  await t.rejects(ask('p', { json: schema }), {
    name: 'ModelError',
    code: 'MODEL_ANSWER_INVALID',
    message: /does not fit options\.json\n- n: /,
  })
  // The program's pattern runs on the daemon's thread: by backtracking it would take for ever.
  text = JSON.stringify(`${'a'.repeat(60)}!`)
  await t.rejects(ask('p', { json: { type: 'string', pattern: '^(a+)+$' } }), {
    code: 'MODEL_ANSWER_INVALID',
  })
})

t.test('an answer that is not what was asked for throws', async t => {
  const cases: [unknown, Options, object][] = [
    [says('no json'), { json: true }, { code: 'MODEL_ANSWER_INVALID', message: /is not JSON/ }],
    [
      says('{"a":', { finish_reason: 'length' }),
      { json: true },
      { code: 'MODEL_ANSWER_INVALID', message: /was cut off \(finish_reason length\)/ },
    ],
    [says(null), {}, { code: 'MODEL_ANSWER_INVALID', message: /has no text/ }],
    [
      says(null, { message: { role: 'assistant', content: null, refusal: 'I cannot.' } }),
      {},
      { code: 'MODEL_REFUSED', message: 'Cannot ask the model: it refuses: I cannot.' },
    ],
    [says('x', { finish_reason: 'content_filter' }), {}, { code: 'MODEL_REFUSED' }],
    [{ choices: [] }, {}, { code: 'MODEL_FAILED', message: /else than a chat completion/ }],
    [{}, {}, { code: 'MODEL_FAILED' }],
  ]
  for (const [body, options, error] of cases) {
    const { ask } = await service(t, response => json(response, 200, body))
    await t.rejects(ask('p', options), { name: 'ModelError', ...error })
  }
})

t.test('a text that was cut off at maxTokens is given as it is', async t => {
  const cut = says('The capital', { finish_reason: 'length' })
  const { ask } = await service(t, response => json(response, 200, cut))
  t.equal(await ask('p', { maxTokens: 2 }), 'The capital')
})

t.test('failures of the service say what failed, without key or address', async t => {
  const refusal = { error: { message: `Incorrect API key: ${KEY}`, type: 'x', code: 'y' } }
  const cases: [(response: ServerResponse) => unknown, RegExp, number][] = [
    [response => json(response, 401, refusal), /401.*modelApiKey/, 1],
    [response => json(response, 400, { error: { message: `Bad: ${KEY}` } }), /400 Bad: \*{4}$/, 1],
    [response => json(response, 404, { error: { message: 'No such model' } }), /No such model/, 1],
    [response => json(response, 500, { error: { message: 'Overloaded' } }), /500 Overloaded/, 3],
    [response => response.end('<html>'), /else than a chat completion/, 1],
    [
      response => response.setHeader('content-type', 'application/json').end('{'),
      /else than a chat completion/,
      1,
    ],
  ]
  for (const [answer, message, tries] of cases) {
    const { ask, asked } = await service(t, response => void answer(response))
    const error = await ask('p').catch(error => error)
    t.match(error, { name: 'ModelError', code: 'MODEL_FAILED', message })
    t.notMatch(error.message, /sk-very|127\.0\.0\.1/)
    t.equal(asked.length, tries, `${message} is tried ${tries} times`)
  }
})

t.test('a service that is not there cannot be reached', async t => {
  const { ask, server } = await service(t, () => {})
  server.close()
  await once(server, 'close')
  await t.rejects(ask('p'), {
    name: 'ModelError',
    code: 'MODEL_FAILED',
    message: 'Cannot ask the model: its service cannot be reached',
  })
})

t.test('a redirect does not take the key elsewhere', async t => {
  const thief = await service(t, response => json(response, 200, says('stolen')))
  const { ask } = await service(t, response =>
    response.writeHead(307, { location: `${thief.baseURL}/chat/completions` }).end(),
  )
  await t.rejects(ask('p'), { code: 'MODEL_FAILED' })
  t.strictSame(thief.asked, [])
})

t.test('a cancelled call ends its request with the reason', async t => {
  const arrived = Promise.withResolvers<IncomingMessage>()
  const { ask } = await service(t, (_response, _asked, request) => arrived.resolve(request))
  const context = callContext()
  const got = ask('p', {}, context)
  const { socket } = await arrived.promise
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  const reason = new Error('cancelled')
  context.abort(reason)
  t.equal(await got.catch(error => error), reason)
  await closed
})
