/** What nests deeper than any reader follows is refused where it comes in, and harms nobody. */

import t from 'tap'
import { WebSocket } from 'ws'
import { isNestedTooDeep, MAX_NESTING } from '../../protocol/base/nesting.ts'
import { closeCodes, SUBPROTOCOL } from '../../protocol/connect/connect-facts.ts'
import { get, post, testDaemon } from '../support/daemon.ts'

const { url } = await testDaemon(t)

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

t.test('metadata of any depth costs its own request alone', async t => {
  for (const depth of [600, 1500, 3000, 4500, 20_000]) {
    for (const deep of [arrays(depth), objects(depth)]) {
      const body = `{"source":"1","durable":true,"metadata":{"m":${deep}}}`
      const answer = await post(`${url}/v1/execute`, body)
      t.match(answer, { status: 400, body: { code: 'INVALID_REQUEST', detail: /nested deeper/ } })
    }
  }
  const deepest = arrays(MAX_NESTING - 2)
  const body = `{"source":"human_approval('x')","durable":true,"metadata":{"m":${deepest}}}`
  t.equal((await post(`${url}/v1/execute`, body)).status, 202)
  t.equal((await get(`${url}/v1/executions`)).status, 200, 'lists are read as before')
  t.equal((await get(`${url}/v1/approvals`)).status, 200)
  t.equal((await post(`${url}/v1/execute`, { source: '1', durable: true })).status, 200)
})

t.test('schemas of client tools too', async t => {
  const setId = 'set'
  const tool = `{"name":"x","description":"","inputSchema":{"items":${objects(2000)}}}`
  const tools = `{"clientId":"client-of-a-test","setId":"${setId}","tools":[${tool}]}`
  const body = `{"source":"1","durable":true,"clientTools":${tools}}`
  t.equal((await post(`${url}/v1/execute`, body)).status, 400)
})

t.test('a frame of a connection that nests so ends the connection', async t => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, SUBPROTOCOL)
  socket.on('open', () => socket.send(`{"type":"hello","x":${arrays(5000)}}`))
  const code = await new Promise(resolve => socket.on('close', resolve))
  t.equal(code, closeCodes.BAD_FRAME)
})

t.test('brackets inside strings do not count', t => {
  t.notOk(isNestedTooDeep(JSON.stringify({ source: '[{'.repeat(5000) })))
  t.notOk(isNestedTooDeep(JSON.stringify(['\\"[', '\\', '['.repeat(5000), '\\\\"'])))
  t.notOk(isNestedTooDeep(`"${'['.repeat(5000)}`), 'also of one that does not end')
  t.notOk(isNestedTooDeep('[]'.repeat(5000)))
  t.ok(isNestedTooDeep(`["\\\\",${arrays(MAX_NESTING)}]`))
  t.end()
})
