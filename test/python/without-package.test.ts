/** Where `@latchd/python` is not installed, all else works, and a Python program is told what to do. */

import { registerHooks } from 'node:module'
import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { callTool, connectHost } from '../support/mcp-host.ts'

const hooks = registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== '@latchd/python') return next(specifier, context)
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
  },
})
t.teardown(() => hooks.deregister())

t.test('a Python program is answered with the line to install', async t => {
  const executor = createExecutor({ workers: 1 })
  t.teardown(() => executor.close())
  const refused = executor.execute({ source: '1', language: 'python' })
  await t.rejects(refused, { code: 'INVALID_REQUEST', message: /npm install @latchd\/python$/ })
  t.match(await executor.execute({ source: '1 + 1' }), { output: 2 })
})

t.test('the daemon starts, runs the other languages, and says which those are', async t => {
  const { url } = await testDaemon(t)
  const refused = await post(`${url}/v1/execute`, { source: '1', language: 'python' })
  t.equal(refused.status, 400)
  t.match(refused.body, {
    code: 'INVALID_REQUEST',
    errors: [{ pointer: '/language', detail: /npm install @latchd\/python/ }],
  })
  const { body } = await post(`${url}/v1/execute`, { source: '1 + 1' })
  t.match(body, { status: 'completed', output: { value: 2 } })
  t.strictSame((await get(`${url}/v1/info`)).body.languages, ['javascript', 'typescript'])
  const host = await connectHost(t, url)
  const { tools } = await host.listTools()
  t.match(tools[0]?.inputSchema.properties, { language: { enum: ['javascript', 'typescript'] } })
  t.match(await callTool(host, 'run_program', { source: '1', language: 'python' }), {
    ...{
      isError: true,
      error: { code: 'INVALID_REQUEST', message: /npm install @latchd\/python/ },
    },
  })
})
