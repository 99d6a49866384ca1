/**
 * `Date` in a zone of its own.
 *
 * The engine's dates know no zone but UTC. Each local method calls the engine's own, on a date
 * whose UTC time is the local time in question. The constructor and `parse` turn local times into
 * instants. This `Date` is installed only when an execution names a zone, and in sessions, whose
 * later executions may. Other programs run on the engine's own `Date`.
 */

import { clockMs } from '../host/clock.ts'
import { askNumber } from '../host/host.ts'
import { HostOperation } from '../host/host-operations.ts'
import { fromLocal, localZone, setZone, toLocal } from '../host/zone.ts'
import {
  DateOf,
  dateGetTime,
  dateSetTime,
  dateUTC,
  hasBrand,
  hidden,
  isNaN,
  reflectApply,
  reflectConstruct,
  reflectDefineProperty,
  reflectGet,
  toText,
  trunc,
} from '../primordials.ts'
import { instantText } from './date-text.ts'
import { toPrimitive } from './intl-request.ts'

const MINUTE_MS = 60_000

type AnyMethod = (...args: unknown[]) => unknown

const { parse: engineParse } = Date
/** Captured as the engine has them. `toString` and `toTimeString` are those of date-text.ts. */
const readers = [
  ...['getDate', 'getDay', 'getFullYear', 'getHours', 'getMilliseconds', 'getMinutes'],
  ...['getMonth', 'getSeconds', 'getYear', 'toDateString'],
].map(captured)
const writers = [
  ...['setDate', 'setFullYear', 'setHours', 'setMilliseconds', 'setMinutes', 'setMonth'],
  ...['setSeconds', 'setYear'],
].map(captured)

interface Captured {
  readonly name: string
  readonly method: AnyMethod
}

function captured(name: string): Captured {
  return { name, method: reflectGet(Date.prototype, name) as AnyMethod }
}

let isInstalled = false

/**
 * Runs the execution in a zone.
 *
 * @param name `undefined`: UTC
 * @param isSession whether later executions may want another zone
 */
export function useZone(name: string | undefined, isSession: boolean): void {
  setZone(name)
  if (isInstalled || (name === undefined && !isSession)) return
  isInstalled = true
  for (let i = 0; i < readers.length; i++) define(readers[i] as Captured, reader)
  for (let i = 0; i < writers.length; i++) define(writers[i] as Captured, writer)
  const { getTimezoneOffset } = {
    getTimezoneOffset(this: Date) {
      const ms = dateGetTime(this)
      // Never -0, and no seconds of offsets of long ago.
      return isNaN(ms) ? ms : trunc((ms - toLocal(ms)) / MINUTE_MS) + 0
    },
  }
  reflectDefineProperty(DateOf.prototype, 'getTimezoneOffset', hidden(getTimezoneOffset))
  installConstructor()
}

function define({ name, method }: Captured, make: (name: string, method: AnyMethod) => object) {
  const made = make(name, method)
  reflectDefineProperty(made, 'length', { ...hidden(method.length), writable: false })
  reflectDefineProperty(DateOf.prototype, name, hidden(made))
}

/** Holds the local time that is read. */
const scratch = new DateOf(0)

function reader(name: string, method: AnyMethod): object {
  const { [name]: made } = {
    [name](this: Date) {
      dateSetTime(scratch, toLocal(dateGetTime(this)))
      return reflectApply(method, scratch, [])
    },
  }
  return made as object
}

function writer(name: string, method: AnyMethod): object {
  const { [name]: made } = {
    [name](this: Date, ...args: unknown[]) {
      // One of its own: what the arguments' conversion calls may use the other.
      const local = new DateOf(toLocal(dateGetTime(this)))
      return dateSetTime(this, fromLocal(reflectApply(method, local, args) as number))
    },
  }
  return made as object
}

function installConstructor(): void {
  const zoned = function (...args: unknown[]) {
    if (new.target === undefined) return instantText(clockMs())
    if (args.length > 1) {
      const local = reflectApply(dateUTC, undefined, args)
      return reflectConstruct(DateOf, [fromLocal(local)], new.target)
    }
    if (args.length === 0 || localZone() === undefined || hasBrand(dateGetTime, args[0])) {
      return reflectConstruct(DateOf, args, new.target)
    }
    const value = toPrimitive(args[0], 'default')
    const ms = typeof value === 'string' ? parse(value) : value
    return reflectConstruct(DateOf, [ms], new.target)
  }
  const { parse } = {
    parse(value: unknown) {
      // Whatever of the program that calls asks for zones as well.
      const text = toText(value)
      if (localZone() === undefined) return engineParse(text)
      wasLocalText()
      const ms = engineParse(text)
      return wasLocalText() ? fromLocal(ms) : ms
    },
  }
  const fixed = { writable: false, configurable: false }
  reflectDefineProperty(zoned, 'name', { ...hidden('Date'), writable: false })
  reflectDefineProperty(zoned, 'length', { ...hidden(DateOf.length), writable: false })
  reflectDefineProperty(zoned, 'prototype', { ...hidden(DateOf.prototype), ...fixed })
  reflectDefineProperty(zoned, 'now', hidden(DateOf.now))
  reflectDefineProperty(zoned, 'parse', hidden(parse))
  reflectDefineProperty(zoned, 'UTC', hidden(dateUTC))
  reflectDefineProperty(DateOf.prototype, 'constructor', hidden(zoned))
  reflectDefineProperty(globalThis, 'Date', hidden(zoned))
}

/** Whether the engine has read a text without a zone since it was last asked. */
function wasLocalText(): boolean {
  return askNumber(HostOperation.zoneAsked, 0, '') === 1
}
