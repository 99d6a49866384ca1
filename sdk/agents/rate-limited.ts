/** Bounds how often a model is asked. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Model, ModelCallOptions, ModelDelta, ModelRequest } from './model.ts'
import { Turns } from './turns.ts'

/** How often a model is asked; `undefined` sets no bound. */
export interface RateLimit {
  /** Requests are spread evenly: at 60 each waits until a second after the one before. */
  readonly requestsPerMinute: number | undefined
}

const MINUTE_MS = 60_000

/**
 * A model that is asked at most so often; agents with the same object share its limit. A waiting
 * caller does not delay the others. It leaves when its signal aborts, and loses its turn.
 *
 * @returns the model itself when `requestsPerMinute` is `undefined`
 * @throws {LatchdError} `INVALID_REQUEST` for a limit that is not a positive number
 */
export function rateLimited(model: Model, { requestsPerMinute }: RateLimit): Model {
  if (requestsPerMinute === undefined) return model
  if (!Number.isFinite(requestsPerMinute) || requestsPerMinute <= 0) {
    const message = `Cannot limit a model to ${requestsPerMinute} requests per minute: a positive number is expected`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  const turns = new Turns(MINUTE_MS / requestsPerMinute)
  const { stream } = model
  return {
    async generate(request: ModelRequest, options: ModelCallOptions = {}) {
      await turns.take(options.signal)
      return await model.generate(request, options)
    },
    ...(stream !== undefined && {
      async *stream(
        request: ModelRequest,
        options: ModelCallOptions = {},
      ): AsyncIterable<ModelDelta> {
        await turns.take(options.signal)
        yield* stream.call(model, request, options)
      },
    }),
  }
}
