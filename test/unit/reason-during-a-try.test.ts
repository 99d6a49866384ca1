/** What is away says why, also while it is tried again. */

import t from 'tap'
import { ApiDocument } from '../../daemon/http-tools/document/api-document.ts'
import type { OpenApiSetting } from '../../daemon/http-tools/setting.ts'
import { McpServer } from '../../daemon/mcp/client/server.ts'
import type { McpServerSetting } from '../../daemon/mcp/client/server-setting.ts'

const log = { info() {}, warn() {} }

/** A try that fails, and one that goes on until it is ended. */
function tries() {
  const { promise: second, resolve: onSecond } = Promise.withResolvers<void>()
  let count = 0
  const next = (signal: AbortSignal): Promise<never> => {
    if (++count === 1) return Promise.reject(new Error('the disk is full'))
    onSecond()
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(signal.reason))
    return promise
  }
  return { next, second }
}

t.test('a document', async t => {
  const { next, second } = tries()
  const setting = { name: 'pets', document: '/pets.yaml', headers: {}, policy: [] }
  const document = new ApiDocument(setting as unknown as OpenApiSetting, {
    read: (_setting, _options, signal) => next(signal),
    keep: async () => {},
    onTools: () => {},
    log,
  })
  t.teardown(() => document.close())
  t.match(document.unavailable().message, /is not read yet$/)
  document.start()
  await second
  t.equal(document.state.kind, 'loading')
  t.match(document.unavailable().message, /is unavailable: the disk is full$/)
})

t.test('an MCP server', async t => {
  const { next, second } = tries()
  const setting = { name: 'pets', transport: { kind: 'http' }, maxConcurrentCalls: 1 }
  const server = new McpServer(setting as unknown as McpServerSetting, {
    connect: (_setting, _listeners, signal) => next(signal),
    keep: async () => {},
    onTools: () => {},
    log,
  })
  t.teardown(() => server.close())
  t.match(server.unavailable().message, /is still connecting$/)
  server.start()
  await second
  t.equal(server.state.kind, 'connecting')
  t.match(server.unavailable().message, /is unavailable: the disk is full$/)
})
