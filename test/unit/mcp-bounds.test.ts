/** Servers of MCP that send without end. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { boundedFetch } from '../../daemon/mcp/client/bounded-fetch.ts'
import { StdioTransport } from '../../daemon/mcp/client/stdio-transport.ts'

const MAX_BYTES = 100_000

t.test(
  'an answer over HTTP is cut at its bound, and a stream at the bound of one message',
  async t => {
    const server = createServer((request, response) => {
      const isStream = request.url !== '/body'
      response.writeHead(200, {
        'content-type': isStream ? 'text/event-stream' : 'application/json',
      })
      const chunk = request.url === '/lines' ? `data: ${'x'.repeat(1000)}\n\n` : 'x'.repeat(1000)
      let left = request.url === '/lines' ? 500 : Number.POSITIVE_INFINITY
      const write = () => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', write)
        response.end()
      }
      write()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => void server.close().closeAllConnections())
    const lost: unknown[] = []
    const bounded = boundedFetch(error => lost.push(error), MAX_BYTES)
    t.teardown(() => bounded.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const read = async (path: string) =>
      (await (await bounded.fetch(`${url}${path}`, { method: 'POST' })).text()).length
    const tooLong = { message: `The server's answer is longer than ${MAX_BYTES} bytes` }
    await t.rejects(read('/body'), tooLong)
    await t.rejects(read('/line'), tooLong)
    t.equal(await read('/lines'), 500 * 1008, 'many messages are no long one')
    t.equal(lost.length, 2)
  },
)

t.test('a line without end on a pipe ends its server', async t => {
  const endless = `const write = () => { while (process.stdout.write('x'.repeat(10_000))); }; process.stdout.on('drain', write); write()`
  const server = {
    ...{ kind: 'stdio' as const, command: process.execPath, args: ['-e', endless] },
    ...{ env: {}, cwd: import.meta.dirname },
  }
  const transport = new StdioTransport(server, undefined, { onErrorLine() {} }, MAX_BYTES)
  const closed = new Promise<void>(resolve => {
    transport.onclose = resolve
  })
  await transport.start()
  await closed
  t.match(transport.end, /exceed|size|buffer/i)
})
