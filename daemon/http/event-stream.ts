/** Events of executions as server-sent events. */

import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { HttpEnvironment } from './dependencies.ts'

/** A comment is sent this often, since proxies cut connections on which nothing moves for a minute. */
const HEARTBEAT_MS = 15_000

/**
 * Keeps proxies from buffering events: the header stops nginx and similar proxies, the directive
 * stops compression on the way.
 */
const unbuffered = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** An event as it is sent: one with a place in a stream can be gone on after. */
interface SentEvent {
  readonly type: string
  readonly sequence?: number
}

/** Answers with events until they end, the client leaves, or its token is withdrawn. */
export function sendEvents(
  context: Context<HttpEnvironment>,
  events: AsyncIterableIterator<SentEvent>,
): Response {
  const { withdrawn } = context.get('caller')
  const end = () => void events.return?.()
  withdrawn.addEventListener('abort', end)
  const response = streamSSE(context, async stream => {
    let isOver = false
    // A refresh would set a cleared timer again.
    const delayHeartbeat = () => void (isOver || heart.refresh())
    const heartbeat = () => stream.write(': \n\n').then(delayHeartbeat)
    const heart = setTimeout(heartbeat, HEARTBEAT_MS)
    const leave = () => {
      isOver = true
      clearTimeout(heart)
      withdrawn.removeEventListener('abort', end)
    }
    stream.onAbort(() => {
      leave()
      end()
    })
    // This sends the headers too: the client knows that it misses no event from now on.
    await stream.write(': \n\n')
    for await (const event of events) {
      const { sequence } = event
      const id = sequence === undefined ? {} : { id: String(sequence) }
      await stream.writeSSE({ ...id, event: event.type, data: JSON.stringify(event) })
      delayHeartbeat()
    }
    leave()
  })
  for (const [name, value] of Object.entries(unbuffered)) response.headers.set(name, value)
  return response
}
