/** Server-sent events of a daemon, across lost connections. */

import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { Backoff } from '../protocol/base/backoff.ts'
import { errorText } from '../protocol/base/error-text.ts'
import { LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/execution/events.ts'
import type { Execution } from '../protocol/execution/execution.ts'
import type { Connection } from './http.ts'

/**
 * The events of an execution after a sequence number, until it has ended or is stuck. Waits for a
 * daemon that starts again in between; no event is missed or repeated.
 *
 * @param isAccepted whether a daemon has answered for the execution already; otherwise a daemon
 *   that does not answer at first is an error
 */
export async function* executionEvents(
  connection: Connection,
  executionId: string,
  after: number,
  signal: AbortSignal,
  isAccepted: boolean,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const path = `/v1/executions/${encodeURIComponent(executionId)}`
  const backoff = new Backoff()
  let last = after
  let isKnown = isAccepted
  for (;;) {
    try {
      const response = await openEvents(connection, `${path}/events`, signal, last)
      backoff.renew()
      isKnown = true
      // The execution has ended, and the reader has all of its events.
      if (response.status === 204) return
      let latest: ExecutionEvent | undefined
      for await (const event of readEvents(response, signal)) {
        if ('sequence' in event) last = event.sequence
        latest = event
        yield event
        if (event.type === 'execution-ended') return
      }
      const execution = await connection.json<Execution>('GET', path, { signal })
      // When it is not stuck any more, it was retried, and more events follow.
      if (execution.status === 'stuck' && latest?.type === 'execution-stuck') return
    } catch (error) {
      if (!isKnown) throw error
      await backoff.wait(error, signal)
    }
  }
}

/** Opens a stream of events; resolves when the daemon has begun to send. */
export function openEvents(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  after = 0,
): Promise<Response> {
  const headers = {
    accept: 'text/event-stream',
    ...(after > 0 && { 'last-event-id': String(after) }),
  }
  return connection.send('GET', path, { headers, signal })
}

/** The events of an open stream. @throws {LatchdError} `CONNECTION_LOST` */
export async function* readEvents(
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const events: ExecutionEvent[] = []
  const parser = createParser({
    onEvent: ({ data }: EventSourceMessage) => events.push(JSON.parse(data) as ExecutionEvent),
  })
  const decoder = new TextDecoder()
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await readChunk(reader, signal)
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* events.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => {
      // The connection is gone already.
    })
  }
}

async function readChunk(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal) {
  try {
    return await reader.read()
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const reason = errorText(error)
    throw new LatchdError('CONNECTION_LOST', `The event stream was lost: ${reason}`, {
      cause: error,
    })
  }
}
