/** The tools that the daemon brings, through a daemon that really runs: a process of its own. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { startProcess } from '../support/command-process.ts'
import { fixture } from '../support/daemon.ts'
import { serve } from '../support/running-command.ts'

/** A web page and an OpenAI-compatible model in one. */
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString()
  if (request.url === '/page') {
    response.setHeader('content-type', 'text/html').end('<p>hello</p>')
    return
  }
  const { messages, response_format: format } = JSON.parse(body)
  const content = format === undefined ? `you said: ${messages.at(-1).content}` : '{"city":"Paris"}'
  const choice = { index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'chat.completion', choices: [choice] }))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
t.teardown(() => {
  server.closeAllConnections()
  server.close()
})
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const { url } = await serve(startProcess, t, [], {
  env: {
    LATCHD_MODEL: 'small',
    LATCHD_MODEL_BASE_URL: `${origin}/v1`,
    LATCHD_MODEL_API_KEY: 'sk-not-a-key',
    LATCHD_FETCH_ALLOW: '127.0.0.1',
    LATCHD_TOOLS: fixture('tools/platform-tool.ts'),
    LATCHD_LOG_LEVEL: 'silent',
  },
})
const latchd = new Latchd({ url })
t.teardown(() => latchd.close())

/** The output of a program; what it asks of a person is answered with `decision`. */
async function output(source: string, decision: object = { decision: 'approve' }) {
  const outcome = await latchd.executeOrThrow({
    source,
    onApproval: async () => decision as { decision: 'approve' },
  })
  return outcome.output
}

t.test('ask_model gives text', async t => {
  t.equal(await output(`ask_model('hi')`), 'you said: hi')
})

t.test('ask_model gives a value of a schema', async t => {
  const schema = `{type: 'object', properties: {city: {type: 'string'}}, required: ['city']}`
  t.strictSame(await output(`ask_model('capital?', {json: ${schema}})`), { city: 'Paris' })
})

t.test('fetch_url gives a page', async t => {
  t.equal(await output(`fetch_url('${origin}/page')`), '<p>hello</p>')
})

t.test('sleep waits', async t => {
  t.equal(await output(`const from = Date.now(); sleep(50); Date.now() - from >= 50`), true)
})

t.test('human_approval gives the decision', async t => {
  const agreed = { approved: true }
  t.match(await output(`human_approval('delete it')`), agreed)
  const refused = { decision: 'reject', reason: 'not today' }
  t.match(await output(`human_approval('delete it')`, refused), {
    approved: false,
    reason: 'not today',
  })
})

t.test('ask_human gives the answer', async t => {
  const answer = { decision: 'approve', answer: 'blue' }
  t.equal(await output(`ask_human('which colour?')`, answer), 'blue')
})

t.test("a tool module sees Node's own Request and Response", async t => {
  t.strictSame(await output('platform()'), {
    isOwnResponse: true,
    isOwnRequest: true,
    contentType: 'application/json',
  })
})
