import { setLongTimeout } from '../base/long-timeout.ts'
import { LatchdError } from '../errors.ts'
import type { CallContext } from './call-context.ts'

/**
 * Awaits a tool's promise. After the timeout it aborts the call's signal and gives up. An aborted
 * call is given up at once, so that no timer outlives its execution.
 *
 * @param timeoutReason returns a more exact error for a call that took too long
 * @throws {LatchdError} `TOOL_TIMEOUT`, the error of `timeoutReason`, or the reason of an abort
 */
export function withTimeout<T>(
  promise: PromiseLike<T>,
  timeoutMs: number | 'none',
  context: CallContext,
  timeoutReason?: (callId: string) => Error | undefined,
): Promise<T> {
  if (timeoutMs === 'none' || context.abortReason !== undefined) return Promise.resolve(promise)
  return new Promise((resolve, reject) => {
    const cancel = setLongTimeout(() => {
      const message = `The tool did not answer within ${timeoutMs} ms`
      context.abort(timeoutReason?.(context.callId) ?? new LatchdError('TOOL_TIMEOUT', message))
    }, timeoutMs)
    const settle = () => {
      cancel()
      context.waiting.delete(giveUp)
    }
    const giveUp = (reason: Error) => {
      settle()
      reject(reason)
    }
    context.waiting.add(giveUp)
    promise.then(
      value => {
        settle()
        resolve(value)
      },
      error => {
        settle()
        reject(error)
      },
    )
  })
}
