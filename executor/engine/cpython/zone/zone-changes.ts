/** The instants at which the clocks of a zone change. */

import { type LocalTime, type ZoneClock, zoneClock } from './zone-clock.ts'

/** An instant in epoch seconds, and what the clocks show from then on. */
export interface ZoneChange {
  readonly at: number
  readonly to: LocalTime
}

/** Shorter than the time between any two changes of a zone: the shortest is of seven days. */
const STEP_SECONDS = 6 * 86_400

/** The part of `Temporal` that is used here; Node.js has it from version 26 on. */
interface ZonedInstant {
  readonly epochMilliseconds: number
  getTimeZoneTransition(direction: 'next'): ZonedInstant | null
}
interface Instants {
  fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(timeZone: string): ZonedInstant }
}
const { Temporal } = globalThis as { Temporal?: { readonly Instant: Instants } }

const MS = 1000

/** The changes of a zone's offset between two instants, in order. */
export function zoneChanges(timeZone: string, from: number, to: number): ZoneChange[] {
  const clock = zoneClock(timeZone)
  const instants =
    Temporal === undefined
      ? searchedInstants(clock, from, to)
      : knownInstants(Temporal.Instant, timeZone, from, to)
  return instants.map((at, index) => {
    // A zone may be named anew without a change of its clocks: the last name counts.
    return { at, to: clock.localTimeAt((instants[index + 1] ?? to) - 1) }
  })
}

function knownInstants(instants: Instants, timeZone: string, from: number, to: number): number[] {
  const found: number[] = []
  const start = instants.fromEpochMilliseconds((from - 1) * MS).toZonedDateTimeISO(timeZone)
  let next = start.getTimeZoneTransition('next')
  while (next !== null && next.epochMilliseconds < to * MS) {
    found.push(next.epochMilliseconds / MS)
    next = next.getTimeZoneTransition('next')
  }
  return found
}

/** Without `Temporal`: some ten milliseconds for a century. */
export function searchedInstants(clock: ZoneClock, from: number, to: number): number[] {
  const instants: number[] = []
  let before = clock.offsetAt(from)
  for (let start = from; start < to; start += STEP_SECONDS) {
    const after = clock.offsetAt(start + STEP_SECONDS)
    if (after === before) continue
    instants.push(changeIn(clock, start, start + STEP_SECONDS, before))
    before = after
  }
  return instants
}

/** The second from which on the offset is not the one that it was at first. */
function changeIn(clock: ZoneClock, from: number, to: number, before: number): number {
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (clock.offsetAt(middle) === before) low = middle
    else high = middle
  }
  return high
}
