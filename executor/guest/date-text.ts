/** The name of the zone at the end of dates as text, which Node writes and the engine leaves out. */

import {
  dateOwnToString,
  dateOwnToTimeString,
  hidden,
  reflectDefineProperty,
} from './primordials.ts'

const ZONE = ' (Coordinated Universal Time)'
const INVALID = 'Invalid Date'

/** Replaces `toString` and `toTimeString` of dates. */
export function installDateText(): void {
  const methods = {
    toString(this: Date) {
      return withZone(dateOwnToString(this))
    },
    toTimeString(this: Date) {
      return withZone(dateOwnToTimeString(this))
    },
  }
  reflectDefineProperty(Date.prototype, 'toString', hidden(methods.toString))
  reflectDefineProperty(Date.prototype, 'toTimeString', hidden(methods.toTimeString))
}

const withZone = (text: string) => (text === INVALID ? text : text + ZONE)
