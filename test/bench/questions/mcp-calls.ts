import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { Latchd } from '../../../sdk/index.ts'
import { root, scripts, startDaemonProcess } from '../daemon-process.ts'
import { WORKERS } from '../machine.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { takeInTurns, timed } from '../rounds.ts'
import { p50 } from '../samples.ts'

const ROUNDS = 20
const CALLS = 100
const MAX_ADDED_MS = 1

export const mcpCalls: Question = {
  title: `A call of an MCP server's tool, mean of ${CALLS} in a row; and a trivial program over /mcp`,
  ask,
}

const fixture = {
  command: process.execPath,
  args: [join(root, 'test/fixtures/mcp/server.mjs')],
}

async function ask(effort: Effort): Promise<Answer> {
  const http = await openHttpServer()
  const servers = { pipe: fixture, web: { url: http.url } }
  const daemon = await startDaemonProcess(scripts.development, {
    workers: WORKERS,
    env: { LATCHD_MCP_SERVERS: JSON.stringify(servers) },
  })
  const client = new Latchd({ url: daemon.url })
  const [pipe, web, host] = await Promise.all([
    connect(new StdioClientTransport(fixture)),
    connect(new StreamableHTTPClientTransport(new URL(http.url))),
    connect(new StreamableHTTPClientTransport(new URL(`${daemon.url}/mcp`))),
  ])
  const call = (one: Client) => () => one.callTool({ name: 'echo', arguments: { message: 'a' } })
  const program = (server: string) => () =>
    client.executeOrThrow({
      source: `for (let n = 0; n < ${CALLS}; n++) ${server}.echo({ message: 'a' })`,
    })
  const run = async () => {
    await host.callTool({ name: 'run_program', arguments: { source: '1 + 1' } })
  }
  try {
    const taken = await takeInTurns(
      [
        each(repeated(call(pipe))),
        each(program('pipe')),
        each(repeated(call(web))),
        each(program('web')),
        timed(run),
        timed(() => client.executeOrThrow({ source: '1 + 1' })),
      ],
      effort.count(ROUNDS),
    )
    const names = [
      ...['stdio: the bare client', 'stdio: a program of latchd'],
      ...['HTTP: the bare client', 'HTTP: a program of latchd'],
      ...['run_program over /mcp', 'the same over the API'],
    ]
    const rows = names.map((name, i) => rowOf(name, 'ms', taken[i]))
    const added = (bare: number, ours: number, what: string) => ({
      what,
      value: p50(rows[ours]?.samples ?? []) - p50(rows[bare]?.samples ?? []),
      bound: MAX_ADDED_MS,
      unit: 'ms' as const,
      sense: 'at most' as const,
    })
    return {
      rows,
      targets: [
        added(0, 1, 'a call over stdio adds, p50'),
        added(2, 3, 'a call over HTTP adds, p50'),
      ],
    }
  } finally {
    await Promise.all([pipe.close(), web.close(), host.close(), client.close()])
    await daemon.stop()
    http.close()
  }
}

/** The mean of the calls that one round makes. */
function each(round: () => Promise<unknown>) {
  return async () => {
    const from = performance.now()
    await round()
    return [(performance.now() - from) / CALLS]
  }
}

function repeated(call: () => Promise<unknown>) {
  return async () => {
    for (let n = 0; n < CALLS; n++) await call()
  }
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client(
    { name: 'bench', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await client.connect(transport)
  return client
}

/** A server of the official library in this process. */
async function openHttpServer() {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    const inputSchema = z.object({ message: z.string() })
    server.registerTool('echo', { inputSchema }, ({ message }) => ({
      content: [{ type: 'text', text: message }],
    }))
    return server
  })
  const server = createServer(getRequestListener(request => handler.fetch(request)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  return { url, close: () => server.close().closeAllConnections() }
}
