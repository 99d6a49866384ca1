import { MAX_DELAY_MS, setLongTimeout } from '../base/long-timeout.ts'
import { LatchdError } from '../errors.ts'
import type { CallContext } from './call-context.ts'

/** Durations whose list of timers is kept. */
const kept = new Set<number>()
/** Tools with further durations do without. */
const MAX_KEPT = 16

/**
 * Has Node keep its list of the timers of a duration, by one that calls nothing and keeps no process
 * from ending. Node drops a list with its last timer: with each call that is alone, to make it again
 * for the next one.
 */
function keepTimers(durationMs: number): void {
  if (kept.has(durationMs) || kept.size >= MAX_KEPT || durationMs > MAX_DELAY_MS) return
  kept.add(durationMs)
  const timer = setTimeout(() => kept.delete(durationMs), durationMs)
  // A browser has numbers for timers, and no such lists.
  timer.unref?.()
}

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
  keepTimers(timeoutMs)
  return new Promise((resolve, reject) => {
    const cancel = setLongTimeout(() => {
      const message = `The tool did not answer within ${timeoutMs} ms`
      context.abort(timeoutReason?.(context.callId) ?? new LatchdError('TOOL_TIMEOUT', message))
    }, timeoutMs)
    const settle = () => {
      cancel()
      context.removeWaiting(giveUp)
    }
    const giveUp = (reason: Error) => {
      settle()
      reject(reason)
    }
    context.addWaiting(giveUp)
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
