/** Dates as text, with the name of the zone that Node writes and the engine leaves out. */

import { localZone, toLocal, zoneName } from '../host/zone.ts'
import {
  abs,
  DateOf,
  dateGetTime,
  dateOwnToString,
  dateOwnToTimeString,
  hidden,
  isNaN,
  numberToString,
  reflectDefineProperty,
  stringPadStart,
  stringSlice,
  trunc,
} from '../primordials.ts'

const MINUTE_MS = 60_000
const UTC = ' (Coordinated Universal Time)'
/** How the engine ends the texts of dates, which it knows in UTC. */
const OFFSET_LENGTH = '+0000'.length

/** Replaces `toString` and `toTimeString` of dates. */
export function installDateText(): void {
  const methods = {
    toString(this: Date) {
      return dateText(this, dateOwnToString)
    },
    toTimeString(this: Date) {
      return dateText(this, dateOwnToTimeString)
    },
  }
  reflectDefineProperty(Date.prototype, 'toString', hidden(methods.toString))
  reflectDefineProperty(Date.prototype, 'toTimeString', hidden(methods.toTimeString))
}

function dateText(date: Date, engineText: (date: Date) => string): string {
  const ms = dateGetTime(date)
  if (isNaN(ms)) return 'Invalid Date'
  if (localZone() === undefined) return engineText(date) + UTC
  const local = toLocal(ms)
  const text = stringSlice(engineText(new DateOf(local)), 0, -OFFSET_LENGTH)
  return text + offsetText(local - ms) + ' (' + zoneName(ms) + ')'
}

/** A date as `toString` of the language writes it, of an instant. */
export function instantText(ms: number): string {
  return dateText(new DateOf(ms), dateOwnToString)
}

/** `+0130`. The seconds that offsets of long ago have are left out. */
function offsetText(offsetMs: number): string {
  const minutes = trunc(abs(offsetMs) / MINUTE_MS)
  return (offsetMs < 0 ? '-' : '+') + twoDigits(trunc(minutes / 60)) + twoDigits(minutes % 60)
}

const twoDigits = (value: number) => stringPadStart(numberToString(value), 2, '0')
