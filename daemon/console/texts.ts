/** Instants, lengths of time and sizes, for people. */

import { html } from 'hono/html'
import { escapeControls } from '../base/escape-controls.ts'
import type { Html } from './page.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const KIB = 1024

/** A length of time in its two largest units; `console.js` writes the same. @param ms 0 or more */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`
  const [large, largeMs, small, smallMs] =
    ms < HOUR_MS
      ? (['min', MINUTE_MS, 's', SECOND_MS] as const)
      : ms < DAY_MS
        ? (['h', HOUR_MS, 'min', MINUTE_MS] as const)
        : (['d', DAY_MS, 'h', HOUR_MS] as const)
  const rest = Math.floor((ms % largeMs) / smallMs)
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

/** A number of bytes. */
export function bytesText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`
  const kib = bytes / KIB
  return kib < KIB ? `${kib.toFixed(1)} KiB` : `${(kib / KIB).toFixed(1)} MiB`
}

/** An instant in UTC; scripts write it in the zone of the browser. */
export function instant(ms: number): Html {
  const iso = new Date(ms).toISOString()
  return html`<time datetime="${iso}" data-instant>${iso.slice(0, 19).replace('T', ' ')}</time>`
}

/** The hour and minute of an instant, in UTC; scripts write them in the zone of the browser. */
export function clockTime(ms: number): Html {
  const iso = new Date(ms).toISOString()
  return html`<time datetime="${iso}" data-clock>${iso.slice(11, 16)}</time>`
}

/** The time since an instant, which goes on counting. */
export function elapsed(sinceMs: number, nowMs: number): Html {
  const text = durationText(Math.max(0, nowMs - sinceMs))
  return html`<time data-since="${sinceMs}" data-now="${nowMs}">${text}</time>`
}

/** The time until an instant, which counts down. */
export function remaining(untilMs: number, nowMs: number): Html {
  const text = durationText(Math.max(0, untilMs - nowMs))
  return html`<time data-until="${untilMs}" data-now="${nowMs}">${text}</time>`
}

/** Marks that are not seen or that reorder what is seen, beside the controls. */
const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu

/** A text in which nothing is hidden and nothing stands elsewhere than it seems. */
export function shownText(text: string): string {
  return escapeControls(text.replaceAll('\r\n', '\n')).replace(
    UNSEEN,
    mark => `\\u{${(mark.codePointAt(0) as number).toString(16)}}`,
  )
}

/** Characters of a long text that a page shows: browsers become slow beyond it. */
const MAX_CHARACTERS = 200_000

/** {@link shownText} of the beginning of a text that may be very long, which says what is left out. */
export function cutText(text: string): string {
  if (text.length <= MAX_CHARACTERS) return shownText(text)
  const left = text.length - MAX_CHARACTERS
  return `${shownText(text.slice(0, MAX_CHARACTERS))}\n… ${left} characters more`
}
