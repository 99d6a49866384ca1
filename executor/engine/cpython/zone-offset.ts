/** Seconds that a zone is ahead of UTC. */

/** `GMT`, `GMT+05:30` or, of long ago, `GMT-00:43:08`. */
const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/
/** Greatest distance of an instant from 1970, in seconds. */
const MAX_SECONDS = 8.64e12
const HOUR_SECONDS = 3600
const MINUTE_SECONDS = 60

/**
 * The offsets of a zone at instants in epoch seconds.
 *
 * @param timeZone an IANA name; absent: UTC
 */
export function zoneOffsetOf(timeZone: string | undefined): (epochSeconds: number) => number {
  if (timeZone === undefined) return () => 0
  let format: Intl.DateTimeFormat | undefined
  return epochSeconds => {
    format ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    const seconds = Math.min(MAX_SECONDS, Math.max(-MAX_SECONDS, epochSeconds))
    const parts = format.formatToParts(seconds * 1000)
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = 0, minutes = 0, rest = 0] = OFFSET.exec(text) ?? []
    const size = +hours * HOUR_SECONDS + +minutes * MINUTE_SECONDS + +rest
    return sign === '-' ? -size : size
  }
}
