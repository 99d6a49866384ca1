/**
 * autocannon in a process of its own, so that neither the daemon nor who measures it shares its event
 * loop: sent a {@link CannonPlan}, it answers with {@link CannonFigures} and ends.
 */

import autocannon from 'autocannon'
import { Answers } from './answers.ts'
import { type LoadProgram, loadProgram } from './programs.ts'

export interface CannonPlan {
  readonly url: string
  readonly token: string
  readonly connections: number
  readonly seconds: number
}

export interface CannonFigures
  extends Pick<Answers, 'rightMs' | 'refusedMs' | 'faults' | 'faultCount'> {
  readonly seconds: number
  /** CPU time of this process. */
  readonly cpuMs: number
}

/** The daemon holds an answer back for so long: a slow machine takes its time for a thousand of them. */
const WAIT_MS = 60_000
/** What has not come by then does not come. */
const TIMEOUT_SECONDS = 90

interface Asked {
  program: LoadProgram
  sentMs: number
}

process.once('message', async (plan: CannonPlan) => {
  const figures = await shoot(plan)
  process.send?.(figures, () => process.exit())
})

async function shoot({ url, token, connections, seconds }: CannonPlan): Promise<CannonFigures> {
  const answers = new Answers()
  let sent = 0
  let answered = 0
  const run = autocannon<Asked>({
    ...{ url: `${url}/v1/execute`, connections, duration: seconds, timeout: TIMEOUT_SECONDS },
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    requests: [
      {
        setupRequest(request, asked) {
          asked.program = loadProgram(sent++)
          asked.sentMs = performance.now()
          return {
            ...request,
            body: JSON.stringify({ source: asked.program.source, waitMs: WAIT_MS }),
          }
        },
        onResponse(status, body, { program, sentMs }, headers) {
          answered++
          answers.take(program, { status, body, headers }, performance.now() - sentMs)
        },
      },
    ],
  })
  run.on('reqError', (error: Error) => answers.fault(error.message))
  const { duration } = await run
  // One of each connection is on its way when the time is over; a connection that was ended by the
  // other side is opened anew by autocannon without a word.
  const lost = sent - answered - connections
  if (lost !== 0) answers.fault(`${lost} requests were never answered`)
  const { user, system } = process.cpuUsage()
  return { ...answers, seconds: duration, cpuMs: (user + system) / 1000 }
}
