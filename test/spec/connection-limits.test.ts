/** What the connections of a token may take. */

import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { CONNECT_VERSION, SUBPROTOCOL } from '../../protocol/connect/connect-facts.ts'
import { get, post } from '../support/daemon.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [
  { name: 'ann' },
  { name: 'bob' },
  { name: 'cid', limits: { bytesPerSecond: 10_000 } },
])

/** Opens a connection, or gives the status that it was refused with. */
async function connect(t: Test, name: string): Promise<WebSocket | number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, SUBPROTOCOL, {
    headers: as(name),
  })
  // One that was refused is ended with the test like the others.
  socket.on('error', () => {})
  t.teardown(() => socket.terminate())
  return await new Promise(resolve => {
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
  })
}

/** Says hello with tools; gives the first frame that says what became of them. */
async function serve(socket: WebSocket, clientId: string, bytes: number) {
  const tools = [{ name: `tool_${clientId}`, description: 'x'.repeat(bytes) }]
  const serving = [{ serveId: 's', tools }]
  const hello = { type: 'hello', version: CONNECT_VERSION, clientId, instanceId: 'i', held: [] }
  const answer = new Promise<{ type: string; code?: string }>((resolve, reject) => {
    socket.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason}`)))
    socket.on('message', data => {
      const frame = JSON.parse(String(data))
      if (frame.type.startsWith('serve')) resolve(frame)
    })
  })
  socket.send(JSON.stringify({ ...hello, serving }))
  return await answer
}

t.test('a token has so many connections, and others have theirs', async t => {
  const sockets = await Promise.all(Array.from({ length: 256 }, () => connect(t, 'ann')))
  t.ok(sockets.every(socket => typeof socket !== 'number'))
  t.equal(await connect(t, 'ann'), 429)
  t.type(await connect(t, 'bob'), WebSocket)
  for (const socket of sockets) (socket as WebSocket).terminate()
})

t.test('tools that a token serves are bounded by their bytes', async t => {
  const answers: string[] = []
  for (let i = 0; i < 5; i++) {
    const socket = (await connect(t, 'bob')) as WebSocket
    const { type, code } = await serve(socket, `client-${i}`, 4_000_000)
    answers.push(code ?? type)
  }
  t.strictSame(answers, ['served', 'served', 'served', 'served', 'TOKEN_LIMIT_EXCEEDED'])
})

t.test('frames count among the bytes of a token', async t => {
  const socket = (await connect(t, 'cid')) as WebSocket
  t.equal((await serve(socket, 'client', 200_000)).type, 'served', 'a long one is taken')
  const refused = await post(`${url}/v1/execute`, { source: '1' }, as('cid'))
  t.match(refused, {
    status: 429,
    body: { code: 'TOKEN_LIMIT_EXCEEDED', detail: /bytesPerSecond/ },
  })
  t.equal((await get(`${url}/v1/info`, as('cid'))).status, 200)
})
