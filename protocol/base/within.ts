import { setLongTimeout } from './long-timeout.ts'

/**
 * Awaits a promise for so long at most.
 *
 * @param onTimedOut called when the time is over: returns what is taken instead, or throws
 */
export async function within<T, Instead>(
  promise: PromiseLike<T>,
  boundMs: number,
  onTimedOut: () => Instead,
): Promise<T | Instead> {
  const timedOut = Promise.withResolvers<Instead>()
  const cancel = setLongTimeout(() => {
    try {
      timedOut.resolve(onTimedOut())
    } catch (error) {
      timedOut.reject(error)
    }
  }, boundMs)
  try {
    return await Promise.race([promise, timedOut.promise])
  } finally {
    cancel()
  }
}
