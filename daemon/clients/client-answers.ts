/** The frames by which a client answers its calls, from its own connection or by way of another daemon. */

import type { ClientFrame } from '../../protocol/connect/connect.ts'
import type { ConnectedClient } from './connected-client.ts'

/** A frame about a call. */
export type AnswerFrame = Extract<
  ClientFrame,
  { type: 'ack' | 'progress' | 'settle' | 'cancelled' }
>

/** Whether a frame is about a call, and not about the connection. */
export const isAnswer = (frame: ClientFrame): frame is AnswerFrame =>
  ['ack', 'progress', 'settle', 'cancelled'].includes(frame.type)

/** Hands an answer to the calls of its client. */
export function takeAnswer(client: ConnectedClient, frame: AnswerFrame): void {
  switch (frame.type) {
    case 'ack':
      client.onAck(frame.id, frame.key)
      return
    case 'progress':
      client.onProgress(frame.id, frame.progress)
      return
    case 'settle':
      client.settle(frame.id, frame.key, frame.settlement)
      return
    case 'cancelled':
      client.onCancelled(frame.id)
      return
    default:
      frame satisfies never
  }
}
