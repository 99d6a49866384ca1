import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { Latchd } from '../../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { WORKERS } from '../machine.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { p50 } from '../samples.ts'

const PROGRAMS = 20
const CALLS = 500

export const clientTools: Question = {
  title: "A call of a client's tool over its connection, from the arrival of one to the next",
  ask,
}

/**
 * Agent Tool Protocol is not in the table: it runs its program again for every call of a client's
 * tool, so that its figure depends on the number of calls (field.md: 355 ms for 20), and its server
 * is no package that the peers' folder could pin.
 */
async function ask(effort: Effort): Promise<Answer> {
  const daemon = await startDaemonProcess(scripts.development, { workers: WORKERS })
  const client = new Latchd({ url: daemon.url })
  const echo = await openEcho()
  const inputSchema = { type: 'object', properties: { n: { type: 'number' } } }
  let gaps: number[] = []
  let last = 0
  const step = {
    name: 'step',
    description: '',
    inputSchema,
    execute: ({ n }: { n: number }) => {
      const now = performance.now()
      if (n > 0) gaps.push((now - last) * 1000)
      last = now
      return n
    },
  }
  const source = `for (let n = 0; n < ${CALLS}; n++) step(n)`
  const calls = async () => {
    gaps = []
    await client.executeOrThrow({ source, tools: [step] })
    return gaps
  }
  try {
    const taken = await takeInTurns([echo.take, calls], effort.count(PROGRAMS))
    const rows = [
      rowOf('floor: echo of a bare WebSocket', 'µs', taken[0]),
      rowOf("latchd, a client's tool", 'µs', taken[1]),
    ]
    const [floor, latchd] = rows.map(({ samples }) => p50(samples))
    return {
      rows,
      targets: [
        {
          what: "a call of a client's tool, p50 against 10 × the echo",
          value: latchd ?? 0,
          bound: 10 * (floor ?? 0),
          unit: 'µs',
          sense: 'at most',
        },
      ],
    }
  } finally {
    echo.close()
    await client.close()
    await daemon.stop()
  }
}

/** An echo over `ws`, asked by the same WebSocket that the client uses. */
async function openEcho() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  server.on('connection', socket => socket.on('message', data => socket.send(String(data))))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(socket, 'open')
  const text = JSON.stringify({ type: 'call', input: 'j1', context: 'x'.repeat(200) })
  const take = async () => {
    const taken: number[] = []
    for (let n = 0; n < CALLS; n++) {
      const from = performance.now()
      const { promise, resolve } = Promise.withResolvers<unknown>()
      socket.onmessage = resolve
      socket.send(text)
      await promise
      taken.push((performance.now() - from) * 1000)
    }
    return taken
  }
  const close = () => {
    socket.close()
    server.close()
  }
  return { take, close }
}
