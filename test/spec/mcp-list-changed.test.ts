/** Hosts hear that the list of tools is another one, and that there are further executions. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import t, { type Test } from 'tap'
import { clientBackend } from '../../daemon/mcp/server/client-backend.ts'
import { serveStreams } from '../../daemon/mcp/server/stdio.ts'
import { Latchd } from '../../sdk/index.ts'
import { post, testDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { fixtureServer, mcpDaemon, valueFrom } from '../support/mcp.ts'

/** A host that counts what it hears. */
async function hostOf(t: Test, url: string, era: 'legacy' | 'modern', token?: string) {
  const heard = { tools: 0, resources: 0 }
  const count = (kind: keyof typeof heard) => ({
    autoRefresh: false,
    debounceMs: 0,
    onChanged: () => void heard[kind]++,
  })
  const client = new Client(
    { name: 'host', version: '1' },
    {
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
      listChanged: { tools: count('tools'), resources: count('resources') },
    },
  )
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
  )
  t.teardown(() => client.close())
  const text = async () =>
    (await client.listTools()).tools.find(({ name }) => name === 'run_program')?.description
  return { heard, text }
}

for (const era of ['legacy', 'modern'] as const) {
  t.test(`a host of the ${era} way hears of tools that come and of programs`, async t => {
    const daemon = await mcpDaemon(t, { one: fixtureServer() })
    await valueFrom(daemon, 'one.pid()')
    const host = await hostOf(t, daemon.url, era)
    t.notMatch(await host.text(), /added\(/)
    await valueFrom(daemon, 'one.add_tool()')
    await eventually(
      async () => host.heard.tools,
      count => count > 0,
    )
    t.match(
      await eventually(
        async () => host.text() as Promise<string>,
        text => text.includes('added('),
      ),
      /added\(/,
    )
    await eventually(
      async () => host.heard.resources,
      count => count > 0,
    )
  })
}

t.test('a caller hears of its own lists only', async t => {
  const daemon = await testDaemon(t, {
    LATCHD_TOKENS: 'ann:the-secret-of-ann-1,bob:the-secret-of-bob-1',
  })
  const ann = await hostOf(t, daemon.url, 'modern', 'the-secret-of-ann-1')
  const bob = await hostOf(t, daemon.url, 'modern', 'the-secret-of-bob-1')
  t.ok((await ann.text()) === (await bob.text()))
  const app = new Latchd({ url: daemon.url, token: 'the-secret-of-ann-1' })
  t.teardown(() => app.close())
  await app.serveTools({ of_ann: async () => 1 })
  await eventually(
    async () => ann.heard.tools,
    count => count > 0,
  )
  const headers = { authorization: 'Bearer the-secret-of-ann-1' }
  await post(`${daemon.url}/v1/execute`, { source: '1' }, headers)
  await eventually(
    async () => ann.heard.resources,
    count => count > 0,
  )
  t.match(await ann.text(), /of_ann\(/)
  t.strictSame(bob.heard, { tools: 0, resources: 0 })
})

t.test('latchd mcp asks the daemon for its tools again', async t => {
  const daemon = await mcpDaemon(t, { one: fixtureServer() })
  await valueFrom(daemon, 'one.pid()')
  const client = new Latchd({ url: daemon.url })
  const input = new TransformStream<string, string>()
  const writer = input.writable.getWriter()
  const written: { method?: string; id?: number }[] = []
  const ended = serveStreams(
    {
      stdin: input.readable as unknown as AsyncIterable<string>,
      stdout: { write: text => written.push(JSON.parse(text)) },
    },
    clientBackend(client, 0),
    new AbortController().signal,
    error => t.fail(error.message),
    50,
  )
  const send = (message: object) =>
    writer.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'a', version: '1' },
  }
  await send({ id: 1, method: 'initialize', params })
  await eventually(
    async () => written,
    all => all.some(({ id }) => id === 1),
  )
  t.match(written[0], { result: { capabilities: { tools: { listChanged: true } } } })
  await send({ method: 'notifications/initialized' })
  await valueFrom(daemon, 'one.add_tool()')
  await eventually(
    async () => written,
    all => all.some(({ method }) => method === 'notifications/tools/list_changed'),
  )
  await writer.close()
  await ended
  await client.close()
})
