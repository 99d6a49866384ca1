/** `setTimeout` and its kin: the host keeps the time, the guest the callbacks. */

import {
  append,
  hidden,
  MapOf,
  mapClear,
  mapDelete,
  mapGet,
  mapSet,
  reflectApply,
  reflectDefineProperty,
  TypeErrorOf,
} from '../primordials.ts'
import { readOnly } from '../web/web-interface.ts'
import { awaitDelivery, forgetDelivery } from './calls.ts'
import { askNumber } from './host.ts'
import { HostOperation, UNREFERENCED } from './host-operations.ts'

interface Timer {
  /**
   * The host's number of the wait under way: another one each time that an interval starts again.
   */
  wait: number
  readonly callback: (...args: unknown[]) => unknown
  readonly args: unknown[]
  readonly everyMs: number | undefined
}

/** Timers that were set and not cleared, by the number that the program got. */
const timers = new MapOf<number, Timer>()

function set(args: ArrayLike<unknown>, repeats: boolean): number {
  const callback = args[0]
  if (typeof callback !== 'function') {
    throw new TypeErrorOf('The first argument of a timer must be a function')
  }
  const delay = +(args[1] as number)
  // As Node does: an invalid delay, or one longer than 2^31-1, is one millisecond.
  const delayMs = delay >= 1 && delay <= 2147483647 ? delay : 1
  const rest: unknown[] = []
  for (let i = 2; i < args.length; i++) append(rest, args[i])
  const timer: Timer = {
    wait: 0,
    callback: callback as Timer['callback'],
    args: rest,
    everyMs: repeats ? delayMs : undefined,
  }
  start(timer, delayMs)
  const number = timer.wait
  mapSet(timers, number, timer)
  return number

  function start(timer: Timer, ms: number): void {
    timer.wait = askNumber(HostOperation.startTimer, ms, '')
    awaitDelivery(timer.wait, () => {
      if (timer.everyMs === undefined) mapDelete(timers, number)
      else start(timer, timer.everyMs)
      reflectApply(timer.callback as never, undefined, timer.args)
    })
  }
}

/**
 * Calls back once after a delay. A program does not wait for it: when nothing else is pending, the
 * execution ends.
 */
export function startUnreferencedTimer(delayMs: number, callback: () => void): void {
  const wait = askNumber(HostOperation.startTimer, delayMs, UNREFERENCED)
  awaitDelivery(wait, callback)
}

function clear(number: unknown): void {
  const timer = mapGet(timers, number as number)
  if (timer === undefined) return
  mapDelete(timers, number as number)
  forgetDelivery(timer.wait)
  askNumber(HostOperation.clearTimer, timer.wait, '')
}

/** Forgets the timers of an execution that has ended. */
export function forgetTimers(): void {
  mapClear(timers)
}

/** Defines the timer functions. */
export function installTimers(target: object): void {
  const define = (name: string, value: object, length = 1) => {
    reflectDefineProperty(value, 'length', readOnly(length))
    reflectDefineProperty(target, name, hidden(value))
  }
  const setTimeout = function setTimeout() {
    return set(arguments, false)
  }
  define('setTimeout', setTimeout, 2)
  const setInterval = function setInterval() {
    return set(arguments, true)
  }
  define('setInterval', setInterval, 2)
  define('setImmediate', function setImmediate(callback: unknown) {
    return set([callback, 0], false)
  })
  define('clearTimeout', function clearTimeout(number: unknown) {
    clear(number)
  })
  define('clearInterval', function clearInterval(number: unknown) {
    clear(number)
  })
  define('clearImmediate', function clearImmediate(number: unknown) {
    clear(number)
  })
}
