/** The state of the clocks that a store holds between processes. */

import type { StoredInstant } from '../../clock/trusted-clock.ts'
import type { Connection } from './connection.ts'
import { meta, setMeta } from './migrations.ts'

const INSTANT = 'last_instant'
/** Apart, since another process writes it: `latchd store confirm-clock`. */
const CONFIRMED = 'clock_confirmed_ms'

/** Stores what the clocks show, in place of the instant before. */
export function recordInstant(connection: Connection, instant: StoredInstant): void {
  setMeta(connection, INSTANT, JSON.stringify(instant))
}

/** The instant that was stored last, with the last confirmation; `undefined` before the first. */
export function storedInstant(connection: Connection): StoredInstant | undefined {
  const text = meta(connection, INSTANT)
  if (text === undefined) return undefined
  const confirmedMs = Number(meta(connection, CONFIRMED) ?? 0)
  return { ...(JSON.parse(text) as StoredInstant), confirmedMs }
}

/** Stores an operator's confirmation that the clock is right. */
export function confirmClock(connection: Connection, nowMs: number): void {
  setMeta(connection, CONFIRMED, String(nowMs))
}
