/**
 * The zone of the execution's local times: UTC unless the execution names another one. Then the
 * worker returns the zone's offsets, for a stretch of time at once.
 */

import { askIntl, numberText, textText } from '../intl/intl-request.ts'
import { floor, isFinite, numberToString, record } from '../primordials.ts'
import { ZONE_WINDOW_MS } from './zone-window.ts'

const DAY_MS = 86_400_000
/** Stretches that are kept: two years at once, some 50 KB. */
const MAX_WINDOWS = 1000

/** The instant of a change, the offset before it and the offset from then on. */
type Window = readonly [number, number, number]

let zone: string | undefined
let head = ''
let windows: Record<string, unknown> = record()
let windowCount = 0

/** Sets the zone of local times; `undefined`: UTC. */
export function setZone(name: string | undefined): void {
  zone = name
  if (name !== undefined) head = '["Zone",[' + textText(name) + ']]'
  windows = record()
  windowCount = 0
}

/** The zone; `undefined`: UTC. */
export function localZone(): string | undefined {
  return zone
}

/** The local time of an instant, as if it were one in UTC. NaN for no instant. */
export function toLocal(ms: number): number {
  return zone === undefined || !isFinite(ms) ? ms : ms + offsetAt(ms)
}

/**
 * The instant of a local time. Of a time that a change repeats it is the first. A time that a
 * change leaves out is counted by the offset before it, as the language says.
 */
export function fromLocal(local: number): number {
  if (zone === undefined || !isFinite(local)) return local
  const before = offsetAt(local - DAY_MS)
  const early = local - before
  if (offsetAt(early) === before) return early
  const after = offsetAt(local + DAY_MS)
  const late = local - after
  return offsetAt(late) === after ? late : early
}

/** The name of the zone at an instant. */
export function zoneName(ms: number): string {
  if (zone === undefined) return 'Coordinated Universal Time'
  return askIntl(head, 'name', numberText(ms)) as string
}

function offsetAt(ms: number): number {
  const index = floor(ms / ZONE_WINDOW_MS)
  const key = numberToString(index)
  let window = windows[key] as Window | undefined
  if (window === undefined) {
    if (windowCount === MAX_WINDOWS) {
      windows = record()
      windowCount = 0
    }
    windowCount++
    window = askIntl(head, 'window', numberText(index)) as Window
    windows[key] = window
  }
  return ms < window[0] ? window[1] : window[2]
}
