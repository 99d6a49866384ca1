/** Server-sent events of an execution, across lost connections. */

import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/events.ts'
import type { Connection } from './http.ts'
import { pause } from './pause.ts'

/** A lost connection is tried again after these times, in milliseconds; then it is an error. */
const BACK_OFF_MS = [50, 200, 500, 1000, 2000, 5000, 10_000]

/** The events of an execution after a sequence number, `execution-ended` last. */
export async function* executionEvents(
  connection: Connection,
  executionId: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  let last = after
  let failures = 0
  for (;;) {
    try {
      for await (const event of readOnce(connection, executionId, last, signal)) {
        failures = 0
        if ('sequence' in event) last = event.sequence
        yield event
        if (event.type === 'execution-ended') return
      }
      // Ended without its last event: the daemon has stopped in between.
      throw new LatchdError('CONNECTION_LOST', 'The daemon ended the event stream early')
    } catch (error) {
      const delayMs = BACK_OFF_MS[failures++]
      if (!isLost(error) || delayMs === undefined) throw error
      await pause(delayMs, signal)
    }
  }
}

function isLost(error: unknown): boolean {
  if (!(error instanceof LatchdError)) return false
  return error.code === 'CONNECTION_LOST' || error.code === 'CONNECTION_REFUSED'
}

async function* readOnce(
  connection: Connection,
  executionId: string,
  after: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const response = await connection.send(
    'GET',
    `/v1/executions/${encodeURIComponent(executionId)}/events`,
    {
      headers: {
        accept: 'text/event-stream',
        ...(after > 0 && { 'last-event-id': String(after) }),
      },
      signal,
    },
  )
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
      // The connection is gone already: there is nothing to leave.
    })
  }
}

async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
) {
  try {
    return await reader.read()
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const reason = error instanceof Error ? error.message : String(error)
    throw new LatchdError('CONNECTION_LOST', `The event stream was lost: ${reason}`, {
      cause: error,
    })
  }
}
