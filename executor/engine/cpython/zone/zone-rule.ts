/** The rule by which a zone goes on, in the form of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`. */

import type { ZoneChange } from './zone-changes.ts'
import type { LocalTime } from './zone-clock.ts'

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600
const MINUTE_SECONDS = 60
const WEEK_DAYS = 7
const LAST_WEEK = 5
/** Days by which a rule may name another day than the change is at: `last Thursday, 24:00`. */
const shifts = [0, 1, -1, 2]

/**
 * The rule of a zone whose clocks do not change any more.
 */
export const steadyRule = ({ name, offset }: LocalTime): string =>
  `${quoted(name)}${posixOffset(offset)}`

/**
 * The rule that two changes of each year follow; `undefined` when they follow none.
 *
 * @param changes of whole years
 * @param before what the clocks showed before the first of them
 */
export function yearlyRule(
  changes: readonly ZoneChange[],
  before: LocalTime,
  years: number,
): string | undefined {
  if (changes.length !== 2 * years) return undefined
  const [first, second] = [0, 1].map(half => changes.filter((_, index) => index % 2 === half))
  if (first === undefined || second === undefined) return undefined
  const [toSummer, toWinter] = isLater(first, second) ? [second, first] : [first, second]
  const summer = toSummer[0]?.to
  const winter = toWinter[0]?.to
  if (summer === undefined || winter === undefined || before.offset !== second[0]?.to.offset) {
    return undefined
  }
  const starts = dayRule(toSummer, winter)
  const ends = dayRule(toWinter, summer)
  if (starts === undefined || ends === undefined) return undefined
  return `${steadyRule(winter)}${summerOf(winter, summer)},${starts},${ends}`
}

/** An hour later than the winter needs no offset. */
const summerOf = (winter: LocalTime, { name, offset }: LocalTime) =>
  `${quoted(name)}${offset === winter.offset + HOUR_SECONDS ? '' : posixOffset(offset)}`

/** Whether the second change of a year brings the later clock. */
const isLater = (first: readonly ZoneChange[], second: readonly ZoneChange[]) =>
  (second[0]?.to.offset ?? 0) > (first[0]?.to.offset ?? 0)

/** `M3.5.0/3`: the week (5: the last) and day of a month, and the time of that day. */
function dayRule(changes: readonly ZoneChange[], before: LocalTime): string | undefined {
  for (const shift of shifts) {
    const days = changes.map(({ at, to }) => dayOf(at + before.offset, shift, to))
    const [one] = days
    if (one === undefined) return undefined
    const isSame = days.every(
      day =>
        day.month === one.month &&
        day.weekday === one.weekday &&
        day.seconds === one.seconds &&
        day.to === one.to,
    )
    if (!isSame) continue
    const time = one.seconds === 2 * HOUR_SECONDS ? '' : `/${posixTime(one.seconds)}`
    const { month, weekday } = one
    if (days.every(day => day.isLast)) return `M${month}.${LAST_WEEK}.${weekday}${time}`
    if (days.every(day => day.week === one.week)) return `M${month}.${one.week}.${weekday}${time}`
  }
  return undefined
}

/** The day of a local time, so many days earlier, with the seconds since it began. */
function dayOf(localSeconds: number, shift: number, { offset, name }: LocalTime) {
  const start = Math.floor(localSeconds / DAY_SECONDS) * DAY_SECONDS - shift * DAY_SECONDS
  const date = new Date(start * 1000)
  const inAWeek = new Date((start + WEEK_DAYS * DAY_SECONDS) * 1000)
  return {
    month: date.getUTCMonth() + 1,
    week: Math.ceil(date.getUTCDate() / WEEK_DAYS),
    isLast: inAWeek.getUTCMonth() !== date.getUTCMonth(),
    weekday: date.getUTCDay(),
    seconds: localSeconds - start,
    to: `${offset} ${name}`,
  }
}

const quoted = (name: string) => (/^[A-Za-z]+$/.test(name) ? name : `<${name}>`)

/** POSIX counts seconds behind UTC. */
const posixOffset = (offset: number) => posixTime(-offset)

function posixTime(seconds: number): string {
  const size = Math.abs(seconds)
  const parts = [size % MINUTE_SECONDS, Math.floor(size / MINUTE_SECONDS) % MINUTE_SECONDS]
  while (parts[0] === 0) parts.shift()
  const rest = parts.reverse().map(part => `:${String(part).padStart(2, '0')}`)
  return `${seconds < 0 ? '-' : ''}${Math.floor(size / HOUR_SECONDS)}${rest.join('')}`
}
