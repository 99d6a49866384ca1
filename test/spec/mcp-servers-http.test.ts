/** Servers by streamable HTTP: both eras of the protocol, and connections that break. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { get } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { execute, mcpDaemon, valueFrom } from '../support/mcp.ts'

/** A server of the official library; `break` ends the connection of a call before its answer. */
function officialServer(): McpServer {
  const server = new McpServer({ name: 'official', version: '1.0.0' })
  server.registerTool(
    'add',
    { inputSchema: z.object({ a: z.number(), b: z.number() }) },
    ({ a, b }) => ({
      content: [],
      structuredContent: { sum: a + b },
    }),
  )
  server.registerTool('big', {}, () => ({
    content: [{ type: 'text', text: 'x'.repeat(2_000_000) }],
  }))
  server.registerTool('leak', {}, () => ({
    content: [{ type: 'text', text: 'it is a-token-of-the-official-server' }],
  }))
  server.registerTool('refuse', {}, () => {
    throw new Error('not today')
  })
  return server
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** Listens on the loopback until the test ends. */
async function listen(t: Test, handle: Handle, port = 0): Promise<{ server: Server; url: string }> {
  const server = createServer(handle)
  t.teardown(() => void server.close().closeAllConnections())
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` }
}

const seen: (string | string[] | undefined)[] = []
const modern = createMcpHandler(officialServer)
const strict = getRequestListener(request => modern.fetch(request))
let isBreaking = false
const { url } = await listen(t, (request, response) => {
  seen.push(request.headers.authorization)
  if (isBreaking && request.headers['mcp-method'] === 'tools/call') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': begun\n\n')
    setImmediate(() => response.destroy())
    return
  }
  strict(request, response)
})

/** A server of an earlier revision: it knows `initialize` and sessions, which end when it restarts. */
function oldServer(): Handle {
  const sessions = new Set<string>()
  let count = 0
  return async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString())
    const session = request.headers['mcp-session-id'] as string | undefined
    const answer = (result: object, headers = {}) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    if (method === 'initialize') {
      const own = `session-${Date.now()}-${++count}`
      sessions.add(own)
      const result = {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'old', version: '1' },
      }
      return answer(result, { 'mcp-session-id': own })
    }
    if (method === 'server/discover') {
      response.writeHead(400, { 'content-type': 'application/json' })
      const error = { code: -32600, message: 'Bad Request: Server not initialized' }
      return void response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
    }
    if (session === undefined || !sessions.has(session)) return void response.writeHead(404).end()
    if (id === undefined) return void response.writeHead(202).end()
    if (method === 'tools/list') {
      return answer({ tools: [{ name: 'hello', inputSchema: { type: 'object', properties: {} } }] })
    }
    answer({ content: [{ type: 'text', text: `hello ${params.name}` }] })
  }
}
let old = oldServer()
const { url: oldUrl } = await listen(t, (request, response) => old(request, response))

const daemon = await mcpDaemon(
  t,
  {
    official: { url, headers: { Authorization: 'Bearer ${env:OFFICIAL_TOKEN}' } },
    old: { url: oldUrl },
  },
  { OFFICIAL_TOKEN: 'a-token-of-the-official-server' },
)

const facts = async () => (await get(`${daemon.url}/v1/info`)).body.mcpServers

t.test('a server of the present revision, and one of an earlier one', async t => {
  t.strictSame(await valueFrom(daemon, `[official.add(1, 2), old.hello()]`), [
    { sum: 3 },
    'hello hello',
  ])
  t.match(await facts(), [
    { name: 'official', state: 'connected', protocolVersion: '2026-07-28' },
    { name: 'old', state: 'connected', protocolVersion: '2025-06-18' },
  ])
})

t.test('configured headers go with each request, and never into an answer', async t => {
  t.ok(seen.length > 2 && seen.every(one => one === 'Bearer a-token-of-the-official-server'))
  const { output } = await execute(daemon, 'official.leak()')
  t.match(output.value, /^it is .+/)
  t.notMatch(JSON.stringify(output), /a-token-of-the-official-server/)
})

t.test('a long answer, and the error of a tool', async t => {
  t.strictSame(
    await valueFrom(
      daemon,
      `[official.big().length, (() => { try { official.refuse() } catch (e) { return e.message } })()]`,
    ),
    [2_000_000, 'not today'],
  )
})

t.test('a session that its server has forgotten is begun anew, and the call is made', async t => {
  old = oldServer()
  t.equal(await valueFrom(daemon, 'old.hello()'), 'hello hello')
})

t.test('a call whose answer breaks off may have run; the next one goes through', async t => {
  isBreaking = true
  const { output, calls } = await execute(
    daemon,
    `try { official.add(1, 2) } catch (e) { [e.name, e.message] }`,
  )
  t.match(output.value, ['CallInterruptedError', /add may have run/])
  t.equal(calls[0].status, 'unknown')
  isBreaking = false
  t.strictSame(await valueFrom(daemon, 'official.add(2, 3)'), { sum: 5 })
})

t.test('a server that is gone is unavailable until it is back', async t => {
  const first = await listen(t, strict)
  const own = await mcpDaemon(t, { far: { url: first.url } })
  t.strictSame(await valueFrom(own, 'far.add(1, 2)'), { sum: 3 })
  first.server.close()
  first.server.closeAllConnections()
  const call = `try { far.add(1, 2).sum } catch (e) { e.name }`
  t.equal(await valueFrom(own, call), 'ToolUnavailableError')
  await listen(t, strict, Number(new URL(first.url).port))
  await eventually(
    () => valueFrom(own, call),
    value => value === 3,
  )
})
