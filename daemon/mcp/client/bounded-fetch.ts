/** `fetch` for a server of the protocol: calls may take long, and no answer goes on without end. */

import { Agent, type Dispatcher, fetch, Headers, type RequestInit } from 'undici'
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
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const bounded = async (url: string, init: Parameters<typeof fetch>[1]) => {
    // The library opens the stream of notifications again by itself.
    const isWatched = () => init?.method === 'POST' && init.signal?.aborted !== true
    const lost = (error: unknown) => {
      if (isWatched()) onLost(error)
    }
    const dispatcher: Pick<Dispatcher, 'dispatch'> = {
      dispatch: (options, handler) => agent.dispatch(options, counting(handler, maxBytes, lost)),
    }
    const response = await fetch(url, {
      ...init,
      // What is counted is what is read.
      headers: withoutEncodings(init?.headers),
      dispatcher: dispatcher as Dispatcher,
    })
    // The library asks whether it is a Response of the platform.
    const { status, statusText, headers } = response
    return new Response(response.body as BodyInit | null, {
      ...{ status, statusText },
      headers: [...headers],
    })
  }
  return {
    fetch: bounded as unknown as typeof globalThis.fetch,
    close: () => agent.destroy(),
  }
}

const NEW_LINE = 10

function withoutEncodings(headers: RequestInit['headers']): Headers {
  const sent = new Headers(headers)
  sent.set('accept-encoding', 'identity')
  return sent
}

/**
 * Counts the bytes of an answer as they come, without another stream around it.
 *
 * @param lost called when the answer breaks off, and when it is too long
 */
function counting(
  handler: Dispatcher.DispatchHandler,
  maxBytes: number,
  lost: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  let held = 0
  let isStream = false
  let hasBegun = false
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStarted: () => handler.onResponseStarted?.(),
    onResponseStart(controller, status, headers, text) {
      hasBegun = true
      isStream = [headers['content-type']].flat()[0]?.startsWith('text/event-stream') === true
      if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
        controller.abort(
          refused(`encoded as ${headers['content-encoding']}, which was not asked for`),
        )
        return
      }
      handler.onResponseStart?.(controller, status, headers, text)
    },
    onResponseData(controller, chunk) {
      held += chunk.length
      if (held > maxBytes) {
        controller.abort(refused(`longer than ${maxBytes} bytes`))
        return
      }
      // A message is one line of an event.
      const lineEnd = isStream ? chunk.lastIndexOf(NEW_LINE) : -1
      if (lineEnd >= 0) held = chunk.length - lineEnd - 1
      handler.onResponseData?.(controller, chunk)
    },
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError(controller, error) {
      handler.onResponseError?.(controller, error)
      // A reader that wants no more is none of the server's faults.
      if (hasBegun && error.name !== 'AbortError') lost(error)
    },
  }
}

const refused = (why: string) => new RangeError(`The server's answer is ${why}`)
