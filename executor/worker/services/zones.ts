/** Offsets and names of time zones, for the guest's dates (executor/guest/host/zone.ts). */

import { ZONE_WINDOW_MS } from '../../guest/host/zone-window.ts'

/** Greatest distance of an instant from 1970, in milliseconds. */
const MAX_TIME_MS = 8.64e15
/** Offsets change at whole seconds. */
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

type Method = (...args: unknown[]) => unknown

/**
 * The methods of one zone.
 *
 * `window` returns, by its index, a stretch of {@link ZONE_WINDOW_MS}: the instant in it at which
 * the offset changes, the offset before and the offset from then on, in milliseconds. `name`
 * returns the English name of the zone at an instant.
 *
 * @throws {RangeError} for a zone that this runtime does not know
 */
export function zoneMethods(timeZone: string): ReadonlyMap<string, Method> {
  const offsets = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const names = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'long' })
  return new Map<string, Method>([
    ['new', () => true],
    ['window', index => windowAt(offsets, Number(index))],
    ['name', ms => partOf(names, clamped(Number(ms)))],
  ])
}

function windowAt(format: Intl.DateTimeFormat, index: number): [number, number, number] {
  let from = index * ZONE_WINDOW_MS
  let to = from + ZONE_WINDOW_MS
  const before = offsetAt(format, from)
  const after = offsetAt(format, to)
  if (before === after) return [from, before, after]
  // A window is too short for two changes.
  while (to - from > SECOND_MS) {
    const middle = Math.floor((from + to) / 2 / SECOND_MS) * SECOND_MS
    if (offsetAt(format, middle) === before) from = middle
    else to = middle
  }
  return [to, before, after]
}

/** `GMT`, `GMT+05:30` or, of long ago, `GMT-00:43:08`. */
const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const text = partOf(format, clamped(ms))
  const found = OFFSET.exec(text)
  if (found === null) throw new Error(`an offset is expected, not ${text}`)
  const [, sign, hours = 0, minutes = 0, seconds = 0] = found
  const size = +hours * HOUR_MS + +minutes * MINUTE_MS + +seconds * SECOND_MS
  return sign === '-' ? -size : size
}

function partOf(format: Intl.DateTimeFormat, ms: number): string {
  const parts = format.formatToParts(ms)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Around the first and the last instants: the nearest that is one. */
function clamped(ms: number): number {
  return Math.min(MAX_TIME_MS, Math.max(-MAX_TIME_MS, ms))
}
