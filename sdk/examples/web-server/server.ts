/**
 * A web server with agents: `POST /run-agent` runs one on the event loop, `POST /run-agent-threading`
 * a whole one in a thread. Start it by `npx node sdk/examples/web-server/server.ts`, and then:
 *
 * curl -s http://127.0.0.1:8000/run-agent -d '{"task": "Get approval to delete user account"}'
 */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { exampleModel } from '../agents/example-model.ts'
import type { ModelSettings } from './agent-runner.ts'
import { webApp } from './app.ts'
import { nativeAsync, threading } from './approaches.ts'

export interface WebServer {
  readonly url: string
  /** Answers the requests that are there, takes no more, and ends. */
  close(): Promise<void>
}

/** @param port 0 for any free one */
export async function startWebServer(settings: ModelSettings, port: number): Promise<WebServer> {
  const routes = {
    '/run-agent': nativeAsync(settings),
    '/run-agent-threading': threading(settings, 4),
  }
  const app = webApp(routes)
  let closing: Promise<void> | undefined
  const server = createAdaptorServer({
    async fetch(request: Request) {
      const response = await app.fetch(request)
      // A connection that is kept would hold up the end until its client gives it up.
      if (closing !== undefined) response.headers.set('connection', 'close')
      return response
    },
    // The agents' client of the model service reads answers by Node's own `Response`.
    overrideGlobalObjects: false,
  }) as Server
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
    await Promise.all(Object.values(routes).map(approach => approach.close()))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => (closing ??= close()),
  }
}

/** What the model replies when there is no real one. */
export const script = {
  'Get approval to delete user account': [
    `A person has to agree.\n\n\`\`\`js\nfinal_answer(get_approval('delete user account'))\n\`\`\``,
  ],
}

if (import.meta.main) {
  await using model = await exampleModel(script)
  const { baseURL, apiKey } = model
  const settings = { baseURL, apiKey, model: model.model }
  const server = await startWebServer(settings, Number(process.env.PORT ?? 8000))
  console.log(`listening on ${server.url}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await server.close()
}
