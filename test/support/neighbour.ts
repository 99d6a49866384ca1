/** A caller of costly requests and its neighbour, whose trivial programs are timed. */

import type { CostlyRequest } from './costly-requests.ts'
import { get, post } from './daemon.ts'

export interface Caller {
  readonly url: string
  readonly headers: Record<string, string>
}

/** Times trivial programs, one after the other, for so long; at least ten. */
export async function timedPrograms({ url, headers }: Caller, forMs: number): Promise<number[]> {
  const times: number[] = []
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs || times.length < 10) {
    const fromMs = performance.now()
    const { status, body } = await post(`${url}/v1/execute`, { source: '1' }, headers)
    if (status !== 200 || body.status !== 'completed') {
      throw new Error(`A trivial program has failed: ${status} ${JSON.stringify(body)}`)
    }
    times.push(performance.now() - fromMs)
  }
  return times
}

/** The time that one in a hundred exceeds. */
export function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] as number
}

/** Sends a request again and again, two at once; `stop` gives the statuses and clears up. */
export function costlyCaller(caller: Caller, { body, path }: CostlyRequest) {
  const { url, headers } = caller
  const statuses: number[] = []
  let isOver = false
  const send = async () => {
    const session = path === 'session' ? await post(`${url}/v1/sessions`, {}, headers) : undefined
    const { sessionId } = session?.body ?? {}
    while (!isOver) {
      const sent = sessionId === undefined ? body : { ...body, sessionId }
      statuses.push(await statusOf(post(`${url}/v1/execute`, sent, headers)))
    }
  }
  const sending = Promise.all([send(), send()])
  return {
    async stop(): Promise<number[]> {
      isOver = true
      // Those that wait for a person answer sooner when they are ended.
      await clear(caller)
      await sending
      await clear(caller)
      return statuses
    },
  }
}

/** The status of an answer; 0 when the connection was cut. */
async function statusOf(answer: Promise<{ status: number }>): Promise<number> {
  try {
    return (await answer).status
  } catch (error) {
    if (error instanceof TypeError) return 0
    throw error
  }
}

/** Ends what the caller has under way, and removes its sessions. */
async function clear({ url, headers }: Caller): Promise<void> {
  for (const status of ['queued', 'running', 'waiting']) {
    const { body } = await get(`${url}/v1/executions?status=${status}&limit=1000`, headers)
    for (const { executionId } of body.data) {
      await post(`${url}/v1/executions/${executionId}/cancel`, {}, headers)
    }
  }
  const { body } = await get(`${url}/v1/sessions?limit=1000`, headers)
  for (const { sessionId } of body.data) {
    await fetch(`${url}/v1/sessions/${sessionId}`, { method: 'DELETE', headers })
  }
}
