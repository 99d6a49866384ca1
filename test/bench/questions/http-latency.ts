import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { Latchd } from '../../../sdk/index.ts'
import { runner } from '../contestants/contestant.ts'
import { openLatchd } from '../contestants/latchd.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { WORKERS } from '../machine.ts'
import { programs } from '../programs.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { takeInTurns, timed } from '../rounds.ts'
import { p50 } from '../samples.ts'

const REQUESTS = 600
const MAX_ADDED_MS = 1

export const httpLatency: Question = {
  title: 'A trivial program over HTTP (keep-alive) and embedded',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const embedded = await openLatchd()
  const daemon = await startDaemonProcess(scripts.development, { workers: WORKERS })
  const floor = fork(new URL('../floor/http-server.ts', import.meta.url))
  const [floorUrl] = (await once(floor, 'message')) as [string]
  const client = new Latchd({ url: daemon.url })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const source = programs.trivial.source()
  try {
    const [bare, inProcess, http, sdk] = await takeInTurns(
      [
        timed(() => post(floorUrl, agent, JSON.stringify({ source }))),
        timed(runner(embedded, 'trivial')),
        timed(() => post(daemon.url, agent, JSON.stringify({ source }))),
        timed(() => client.executeOrThrow({ source })),
      ],
      effort.count(REQUESTS),
    )
    return {
      rows: [
        rowOf("floor: a server of Node's that answers at once", 'ms', bare),
        rowOf('embedded', 'ms', inProcess),
        rowOf('POST /v1/execute', 'ms', http),
        rowOf('SDK (fetch)', 'ms', sdk),
      ],
      targets: [
        {
          what: 'HTTP adds, p50',
          value: p50(http?.samples ?? []) - p50(inProcess?.samples ?? []),
          bound: MAX_ADDED_MS,
          unit: 'ms',
          sense: 'at most',
        },
      ],
    }
  } finally {
    agent.destroy()
    floor.disconnect()
    await client.close()
    await daemon.stop()
    await embedded.close()
  }
}

function post(url: string, agent: Agent, body: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const sent = request(`${url}/v1/execute`, { method: 'POST', agent, headers }, response => {
    const chunks: Buffer[] = []
    response.on('data', chunk => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const { status } = JSON.parse(text) as { status?: unknown }
      if (status === 'completed') resolve()
      else reject(new Error(`The daemon answered ${response.statusCode}: ${text}`))
    })
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}
