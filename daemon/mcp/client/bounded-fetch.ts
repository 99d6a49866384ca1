/** `fetch` for a server of the protocol: calls may take long, and no answer goes on without end. */

import { Agent, fetch } from 'undici'
import { MAX_MESSAGE_BYTES } from './message-bounds.ts'

/** A `fetch` of its own, with what it holds open. */
export interface BoundedFetch {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

/**
 * Makes a `fetch` whose answers have a bound: of bodies the whole, of event streams each line. What
 * is longer fails the reading.
 *
 * @param onLost called when the answer to a message breaks off
 * @param maxBytes of one message
 */
export function boundedFetch(
  onLost: (error: unknown) => void,
  maxBytes: number = MAX_MESSAGE_BYTES,
): BoundedFetch {
  // The time of a call is bounded elsewhere, and a server may be silent until it is over.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const bounded = async (url: string, init: Parameters<typeof fetch>[1]) => {
    const response = await fetch(url, { ...init, dispatcher })
    if (response.body === null) return response
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    // The library opens the stream of notifications again by itself.
    const lost = init?.method === 'POST' && init.signal?.aborted !== true ? onLost : () => {}
    const body = boundedBody(response.body as ReadableStream<Uint8Array>, isStream, maxBytes, lost)
    const { status, statusText, headers } = response
    return new Response(body, { status, statusText, headers: [...headers] })
  }
  return {
    fetch: bounded as unknown as typeof globalThis.fetch,
    close: () => dispatcher.destroy(),
  }
}

const NEW_LINE = 10

function boundedBody(
  body: ReadableStream<Uint8Array>,
  isStream: boolean,
  maxBytes: number,
  onLost: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let held = 0
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        held += value.length
        if (held > maxBytes) {
          throw new RangeError(`The server's answer is longer than ${maxBytes} bytes`)
        }
        // A message is one line of an event.
        const lineEnd = isStream ? value.lastIndexOf(NEW_LINE) : -1
        if (lineEnd >= 0) held = value.length - lineEnd - 1
        controller.enqueue(value)
      } catch (error) {
        await reader.cancel(error).catch(() => {
          // The body has broken off already.
        })
        controller.error(error)
        onLost(error)
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}
