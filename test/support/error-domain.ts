/**
 * Stands in for the package `async-hook-domain`, by which tap gives an error that nothing caught to
 * the test in which it was thrown. The package follows each promise with hooks and counts those that
 * live, which took a twentieth of all computing of the tests; Node's own asynchronous context does not.
 */

import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks'

type OnError = (error: unknown, event: string) => void

const entered = new AsyncLocalStorage<Domain>()

/** The domain of what runs in none: tap makes one that belongs to no test. */
let outermost: Domain | undefined

/** Receives the errors of what runs in the resource in which it is made, and of what that begins. */
export class Domain {
  readonly onerror: OnError
  readonly #outer: Domain | undefined = entered.getStore() ?? outermost
  #isDestroyed = false

  constructor(onerror: OnError) {
    this.onerror = onerror
    const resource = executionAsyncResource()
    if (resource instanceof AsyncResource) this.#enterWith(resource)
    else outermost ??= this
    watchErrors()
  }

  /** Leaves errors to the domain around it from now on. */
  destroy(): void {
    this.#isDestroyed = true
  }

  /** The domain that errors of this one go to now; absent for none. */
  get living(): Domain | undefined {
    return this.#isDestroyed ? this.#outer?.living : this
  }

  #enterWith(resource: AsyncResource): void {
    const run = resource.runInAsyncScope.bind(resource)
    resource.runInAsyncScope = (fn, self, ...args) =>
      run(() => entered.run(this, () => fn.apply(self as ThisParameterType<typeof fn>, args)))
  }
}

let isWatching = false

/** Without listeners for errors, since those of a test or of the product come first. */
function watchErrors(): void {
  if (isWatching) return
  isWatching = true
  process.on('uncaughtExceptionMonitor', error => {
    if (!isReceived(error, 'uncaughtException')) return
    // Has Node go on after this error.
    process.setUncaughtExceptionCaptureCallback(() =>
      process.setUncaughtExceptionCaptureCallback(null),
    )
  })
  const emit = process.emit.bind(process) as (event: string, ...args: unknown[]) => boolean
  Object.assign(process, {
    emit: (event: string, ...args: unknown[]) =>
      event === 'unhandledRejection' && process.listenerCount(event) === 0
        ? isReceived(args[0], event)
        : emit(event, ...args),
  })
}

/** Gives an error to the domain of what runs; gives whether one received it. */
function isReceived(error: unknown, event: string): boolean {
  if (process.hasUncaughtExceptionCaptureCallback()) return false
  if (process.listenerCount('uncaughtException') > 0) return false
  const domain = (entered.getStore() ?? outermost)?.living
  if (domain === undefined) return false
  try {
    domain.onerror(error, event)
  } catch (thrown) {
    // The domain around it receives what this one could not.
    domain.destroy()
    if (!isReceived(thrown, 'uncaughtException')) throw thrown
  }
  return true
}
