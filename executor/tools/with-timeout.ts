import { LatchdError } from '../../protocol/errors.ts'
import { setLongTimeout } from '../long-timeout.ts'
import type { CallContext } from './context.ts'

/**
 * Awaits a tool's promise for so long; then aborts the call's signal and gives up on it.
 *
 * @throws {LatchdError} `TOOL_TIMEOUT`
 */
export function withTimeout<T>(
  promise: PromiseLike<T>,
  timeoutMs: number | 'none',
  context: CallContext,
): Promise<T> {
  if (timeoutMs === 'none') return Promise.resolve(promise)
  return new Promise((resolve, reject) => {
    const cancel = setLongTimeout(() => {
      const error = new LatchdError(
        'TOOL_TIMEOUT',
        `The tool did not answer within ${timeoutMs} ms`,
      )
      context.abort(error)
      reject(error)
    }, timeoutMs)
    promise.then(
      value => {
        cancel()
        resolve(value)
      },
      error => {
        cancel()
        reject(error)
      },
    )
  })
}
