/** A server on the loopback that answers with what it was asked, and as its paths say. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What a path answers. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void

/** Listens until the test ends. @param answers by the path without its query; else an echo */
export async function httpApi(t: Test, answers: Record<string, Answer> = {}) {
  const seen: SeenRequest[] = []
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk)
    const { method = '', url = '', headers } = message
    const request = { method, url, headers, body: Buffer.concat(chunks) }
    seen.push(request)
    const answer = answers[url.split('?')[0] as string] ?? echo
    answer(request, response)
  })
  t.teardown(() => void server.close().closeAllConnections())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, seen }
}

/** Answers with the request as JSON. */
export const echo: Answer = ({ method, url, headers, body }, response) => {
  const own = Object.fromEntries(
    Object.entries(headers).filter(([name]) =>
      /^x-|^(cookie|content-type|authorization)$/.test(name),
    ),
  )
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ method, url, headers: own, body: body.toString('latin1') }))
}

/** Answers with a status, a type and a body. */
export const answering =
  (
    status: number,
    type: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Answer =>
  (_, response) => {
    response.writeHead(status, { ...(type && { 'content-type': type }), ...headers })
    response.end(body)
  }
