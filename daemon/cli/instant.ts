/** Instants as people write them on a command line. */

import { UsageError } from './refusal.ts'

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * Epoch milliseconds of `90s`, `15m`, `2h` or `7d` ago, or of a date (`2026-07-28`, with a time too).
 *
 * @param flag that it was written for
 * @throws {UsageError} when it is neither
 */
export function readInstant(flag: string, text: unknown, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const written = String(text)
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(written) ?? []
  const atMs =
    count === undefined ? dateOf(written) : nowMs - Number(count) * (unitsMs[unit] as number)
  if (Number.isSafeInteger(atMs)) return Math.max(0, atMs)
  throw new UsageError(
    `Cannot use ${flag} ${JSON.stringify(written)}: expected a time ago (15m, 2h, 7d) or a date (2026-07-28T12:00Z)`,
  )
}

/** A date alone; `Date.parse` takes much else for one. */
function dateOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? Date.parse(text) : NaN
}
