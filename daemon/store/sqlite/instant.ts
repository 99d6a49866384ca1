/** What a store keeps of the clocks between processes. */

import type { KeptInstant } from '../../clock/trusted-clock.ts'
import type { Connection } from './connection.ts'
import { meta, setMeta } from './migrations.ts'

const INSTANT = 'last_instant'
/** Apart, since another process writes it: `latchd store confirm-clock`. */
const CONFIRMED = 'clock_confirmed_ms'

export function recordInstant(connection: Connection, instant: KeptInstant): void {
  setMeta(connection, INSTANT, JSON.stringify(instant))
}

export function keptInstant(connection: Connection): KeptInstant | undefined {
  const text = meta(connection, INSTANT)
  if (text === undefined) return undefined
  const confirmedMs = Number(meta(connection, CONFIRMED) ?? 0)
  return { ...(JSON.parse(text) as KeptInstant), confirmedMs }
}

/** Notes that somebody says that the clock is right. */
export function confirmClock(connection: Connection, nowMs: number): void {
  setMeta(connection, CONFIRMED, String(nowMs))
}
