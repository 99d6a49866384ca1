/** MCP hosts for tests: the official client in both eras, and requests written by hand. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Test } from 'tap'

/** What a host can do, and how it answers questions. */
export interface HostOptions {
  readonly era?: 'legacy' | 'modern'
  readonly token?: string
  /** Answers a question; without it the host cannot be asked. */
  readonly onQuestion?: (params: { message: string }) => object | Promise<object>
}

/** Connects the official client to a daemon; it is closed with the test. */
export async function connectHost(
  t: Test,
  url: string,
  options: HostOptions = {},
): Promise<Client> {
  const { era = 'modern', token, onQuestion } = options
  const client = new Client(
    { name: 'test-host', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
      capabilities: onQuestion === undefined ? {} : { elicitation: {} },
    },
  )
  if (onQuestion !== undefined) {
    client.setRequestHandler(
      'elicitation/create',
      async ({ params }) => (await onQuestion(params)) as { action: 'accept' },
    )
  }
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
  )
  t.teardown(() => client.close())
  return client
}

/** Calls a tool; gives what a model would read. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
export async function callTool(client: Client, name: string, args: object = {}): Promise<any> {
  const { structuredContent, content, isError } = await client.callTool({
    name,
    arguments: { ...args },
  })
  const [block] = content as { text: string }[]
  return { ...(structuredContent as object), text: block?.text, ...(isError && { isError }) }
}

/** Sends one request of the present revision, written by hand; gives the whole answer. */
export async function rawRequest(
  url: string,
  method: string,
  params: Record<string, unknown>,
  extensions: object = { 'io.modelcontextprotocol/tasks': {} },
  capabilities: object = {},
  // biome-ignore lint/suspicious/noExplicitAny: as above
): Promise<any> {
  const name = params.taskId ?? params.name ?? params.uri
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': String(name) }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: {
        ...params,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'by-hand', version: '1.0.0' },
          'io.modelcontextprotocol/clientCapabilities': { ...capabilities, extensions },
        },
      },
    }),
  })
  return await response.json()
}
