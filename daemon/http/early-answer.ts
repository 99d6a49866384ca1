/** Answers that begin before the end of an execution, so that its client can find it again. */

import { within } from '../../protocol/base/within.ts'
import { EARLY_LOCATION } from '../../protocol/execution/early-location.ts'
import type { Execution } from '../../protocol/execution/execution.ts'

/** Most programs end within this time, and one write answers them. */
const EARLY_MS = 25

/** Whether a request prefers to know at once where its execution is. */
export function prefersEarly(prefer: string | undefined): boolean {
  return prefer?.split(',').some(one => one.trim().toLowerCase() === EARLY_LOCATION) === true
}

/**
 * The answer of an execution that takes longer: its head now, and the execution as soon as it can be
 * read. Without a body when it cannot, since the head has said where to look.
 *
 * @param reading the execution as it is answered
 * @param headers those of the answer
 * @returns `undefined` when the execution is read before, and nothing is answered yet
 * @throws what the reading throws before
 */
export async function earlyAnswer(
  reading: Promise<Execution>,
  headers: Readonly<Record<string, string>>,
): Promise<Response | undefined> {
  const isRead = await within(
    reading.then(() => true),
    EARLY_MS,
    () => false,
  )
  if (isRead) return undefined
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const encoder = new TextEncoder()
      // Some proxies hold a head back until the first byte, and JSON may begin with a line's end.
      controller.enqueue(encoder.encode('\n'))
      try {
        controller.enqueue(encoder.encode(JSON.stringify(await reading)))
        controller.close()
      } catch {
        // The client has left, or its execution cannot be read now: it looks for it by its id.
        close(controller)
      }
    },
  })
  return new Response(body, {
    status: 202,
    headers: { ...headers, 'content-type': 'application/json', 'x-accel-buffering': 'no' },
  })
}

function close(controller: ReadableStreamDefaultController): void {
  try {
    controller.close()
  } catch {
    // It is closed: the client has left.
  }
}
