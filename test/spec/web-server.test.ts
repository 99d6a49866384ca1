import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import t, { type Test } from 'tap'
import { webApp } from '../../sdk/examples/web-server/app.ts'
import { startWebServer } from '../../sdk/examples/web-server/server.ts'
import { post } from '../support/daemon.ts'
import { lastText, programs, type ScriptedReply, scriptedModel } from '../support/model-server.ts'

const TASK = 'Get approval to delete user account'
const approval: ScriptedReply = programs("final_answer(get_approval('delete user account'))")
const approaches = { '/run-agent': 'native-async', '/run-agent-threading': 'threading' } as const

/** The example's server; `reply` is what its model says to the task. */
async function webServer(t: Test, reply: () => ScriptedReply | Promise<ScriptedReply>) {
  const { client } = await scriptedModel(t, request =>
    lastText(request).includes(TASK)
      ? reply()
      : { status: 400, error: { message: 'never heard of it', type: 'script' } },
  )
  const settings = { baseURL: client.baseURL, apiKey: 'none', model: 'scripted' }
  const server = await startWebServer(settings, 0)
  t.teardown(() => server.close())
  return server
}

t.test("the web server leaves Node's own Request and Response where they are", async t => {
  const { Request, Response } = globalThis
  await webServer(t, () => approval)
  t.equal(globalThis.Request, Request)
  t.equal(globalThis.Response, Response)
})

t.test('both routes of the web server run agents', async t => {
  const { url } = await webServer(t, () => approval)
  for (const [path, approach] of Object.entries(approaches)) {
    t.test(`POST ${path} answers with its approach`, async t => {
      const { status, body } = await post(`${url}${path}`, { task: TASK })
      t.strictSame([status, body], [200, { result: 'approved: delete user account', approach }])
    })

    t.test(`POST ${path} refuses a body without a task`, async t => {
      const error = 'Cannot run an agent: {"task": "…"}, a text, is expected'
      for (const body of [{}, { task: '' }, { task: 7 }, null, 'no JSON']) {
        const answer = await post(`${url}${path}`, body)
        t.strictSame([answer.status, answer.body], [400, { error }], JSON.stringify(body))
      }
    })

    t.test(`POST ${path} answers 500 when its agent fails`, async t => {
      const { status, body } = await post(`${url}${path}`, { task: 'Something else' })
      t.strictSame([status, body], [500, { error: 'Agent failed: 400 never heard of it' }])
    })
  }

  t.test('GET / tells the routes', async t => {
    const routes = Object.entries(approaches).map(([path, approach]) => ({
      route: `POST ${path}`,
      approach,
    }))
    t.match(await (await fetch(url)).json(), { routes })
  })
})

t.test('agents of the event loop all wait for their model at the same time', async t => {
  const AGENTS = 20
  const all = Promise.withResolvers<void>()
  let asked = 0
  const { url } = await webServer(t, async () => {
    if (++asked === AGENTS) all.resolve()
    // Nobody is answered before everybody has asked.
    await all.promise
    return approval
  })
  const answers = await Promise.all(
    Array.from({ length: AGENTS }, () => post(`${url}/run-agent`, { task: TASK })),
  )
  t.strictSame(
    answers.map(({ body }) => body.result),
    Array.from({ length: AGENTS }, () => 'approved: delete user account'),
  )
})

t.test('the web server answers what it has taken before it ends', async t => {
  const asked = Promise.withResolvers<void>()
  const closing = Promise.withResolvers<void>()
  const server = await webServer(t, async () => {
    asked.resolve()
    await closing.promise
    return approval
  })
  const answer = post(`${server.url}/run-agent`, { task: TASK })
  await asked.promise
  const closed = server.close()
  closing.resolve()
  t.equal((await answer).status, 200)
  await closed
  await t.rejects(fetch(server.url))
})

t.test('an agent is aborted when its request is gone', async t => {
  const started = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<void>()
  const approach = {
    name: 'native-async' as const,
    async run(_task: string, signal: AbortSignal) {
      signal.addEventListener('abort', () => aborted.resolve())
      started.resolve()
      await aborted.promise
    },
    close: async () => {},
  }
  const server = createAdaptorServer({ fetch: webApp({ '/run': approach }).fetch }) as Server
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const gone = new AbortController()
  const body = JSON.stringify({ task: TASK })
  const answer = fetch(`http://127.0.0.1:${port}/run`, {
    method: 'POST',
    body,
    signal: gone.signal,
  })
  await started.promise
  gone.abort()
  await t.rejects(answer, { name: 'AbortError' })
  await aborted.promise
})
