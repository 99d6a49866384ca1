/** What the clocks of a zone show, by the zones of this runtime. */

import { abbreviationOf } from './zone-abbreviations.ts'

/** The local time of a zone at an instant. */
export interface LocalTime {
  /** Seconds ahead of UTC. */
  readonly offset: number
  /** Whether it is the time of summer. */
  readonly isSummer: boolean
  /** As `%Z` writes it. */
  readonly name: string
}

/** Answers by instants in epoch seconds. */
export interface ZoneClock {
  /** Seconds ahead of UTC. */
  offsetAt(epochSeconds: number): number
  localTimeAt(epochSeconds: number): LocalTime
}

/** The last part of a formatted date: `GMT`, `GMT+05:30` or, of long ago, `GMT-00:43:08`. */
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/
/** Greatest distance of an instant from 1970, in seconds. */
const MAX_SECONDS = 8.64e12
const HOUR_SECONDS = 3600
const MINUTE_SECONDS = 60
const MS = 1000

const utc: LocalTime = { offset: 0, isSummer: false, name: 'UTC' }

/**
 * The clock of a zone.
 *
 * @param timeZone an IANA name; absent: UTC
 * @throws {RangeError} at its first answer, for a zone that this runtime does not know
 */
export function zoneClock(timeZone: string | undefined): ZoneClock {
  if (timeZone === undefined) return { offsetAt: () => 0, localTimeAt: () => utc }
  let offsets: Intl.DateTimeFormat | undefined
  let names: Intl.DateTimeFormat | undefined
  const offsetAt = (epochSeconds: number) => {
    offsets ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    const [, sign, hours = 0, minutes = 0, rest = 0] =
      OFFSET.exec(offsets.format(clamped(epochSeconds) * MS)) ?? []
    const size = +hours * HOUR_SECONDS + +minutes * MINUTE_SECONDS + +rest
    return sign === '-' ? -size : size
  }
  return {
    offsetAt,
    localTimeAt(epochSeconds) {
      names ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'long' })
      const parts = names.formatToParts(clamped(epochSeconds) * MS)
      const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
      const offset = offsetAt(epochSeconds)
      return {
        offset,
        isSummer: / (?:Summer|Daylight) /.test(name),
        name: abbreviationOf(name, offset),
      }
    },
  }
}

const clamped = (seconds: number) => Math.min(MAX_SECONDS, Math.max(-MAX_SECONDS, seconds))
