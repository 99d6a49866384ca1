/** Asks a model for one whole reply, and again when the reply broke off. */

import { pause } from '../../protocol/base/pause.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { abortable } from './abortable.ts'
import type { Model, ModelDelta, ModelReply, ModelRequest, ModelToolCall } from './model.ts'

/** The events of a reply while it arrives. */
export type ReplyEvent =
  /** A part of the reply's text. */
  | { readonly type: 'model-delta'; readonly text: string }
  /** The reply broke off and is requested again: its events so far are void. */
  | { readonly type: 'model-restarted'; readonly reason: string }

/** Tries for a reply that breaks off each time. */
const MAX_TRIES = 3
/** Milliseconds before the second try; twice as long before the third. */
const FIRST_PAUSE_MS = 100

/**
 * Asks for a reply, in parts when `isStreamed` and the model can.
 *
 * @throws the model's errors; the reason of the signal; {@link LatchdError} `MODEL_REPLY_INVALID`
 *   for a reply that broke off each time
 */
export async function* askModel(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  isStreamed: boolean,
): AsyncGenerator<ReplyEvent, ModelReply, undefined> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted()
    try {
      if (isStreamed && model.stream !== undefined) {
        return yield* collect(model.stream(request, { signal }), signal)
      }
      return checked(await abortable(model.generate(request, { signal }), signal))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const isBroken = error instanceof LatchdError && error.code === 'MODEL_REPLY_INVALID'
      if (!isBroken || tries === MAX_TRIES) throw error
      yield { type: 'model-restarted', reason: error.message }
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), signal)
    }
  }
}

async function* collect(
  deltas: AsyncIterable<ModelDelta> | Iterable<ModelDelta>,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent, ModelReply, undefined> {
  const iterator = iteratorOf(deltas)
  const toolCalls: ModelToolCall[] = []
  let text = ''
  let end: Extract<ModelDelta, { type: 'end' }> | undefined
  try {
    for (;;) {
      const { done, value } = await abortable(iterator.next(), signal)
      if (done) break
      if (value.type === 'text') {
        text += value.text
        yield { type: 'model-delta', text: value.text }
      } else if (value.type === 'tool-call') toolCalls.push(value.toolCall)
      else end = value
    }
  } finally {
    // Not awaited: a hanging iterator answers this only after the request before.
    Promise.resolve(iterator.return?.()).catch(() => {
      // The reply was read, or is not needed any more.
    })
  }
  const { type, ...rest } = end ?? { type: 'end' }
  return { text, toolCalls, ...rest }
}

function iteratorOf(
  deltas: AsyncIterable<ModelDelta> | Iterable<ModelDelta>,
): AsyncIterator<ModelDelta> | Iterator<ModelDelta> {
  return Symbol.asyncIterator in deltas
    ? deltas[Symbol.asyncIterator]()
    : (deltas as Iterable<ModelDelta>)[Symbol.iterator]()
}

/** A model may be any object: its reply is checked before it is trusted. */
function checked(reply: ModelReply): ModelReply {
  if (typeof reply?.text === 'string') return reply
  const found = reply === null || typeof reply !== 'object' ? String(reply) : 'no text'
  const message = `Cannot read the model's reply: {text, toolCalls?, usage?} is expected, got ${found}`
  throw new LatchdError('MODEL_REPLY_INVALID', message)
}
