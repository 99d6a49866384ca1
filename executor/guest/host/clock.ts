/** `performance`: the clock of `Date.now()`, counted from the start of the execution. */

import { hidden, reflectDefineProperty } from '../primordials.ts'

const { now: dateNow } = Date
const engineNow = performance.now.bind(performance)

let startedAtMs = 0

/** Sets the origin of `performance.now()`, in epoch milliseconds. */
export function startClock(atMs: number): void {
  startedAtMs = atMs
}

/** The guest's clock in epoch milliseconds, for the prelude's own use. */
export const clockMs = dateNow

/** The clock of `performance.now()`, for the prelude's own use. */
export const sinceStart = () => engineNow() - startedAtMs

/** Replaces the engine's `performance`, whose origin is frozen in the base snapshot. */
export function installClock(target: object): void {
  const performance = {}
  const now = () => sinceStart()
  reflectDefineProperty(performance, 'now', hidden(now))
  reflectDefineProperty(performance, 'timeOrigin', {
    __proto__: null,
    get: () => startedAtMs,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor)
  reflectDefineProperty(
    performance,
    'toJSON',
    hidden(() => ({ timeOrigin: startedAtMs })),
  )
  reflectDefineProperty(target, 'performance', hidden(performance))
}
