/** Lines over an hour, drawn by the daemon: they need no script. */

import { html } from 'hono/html'
import type { Html } from '../page.ts'
import { clockTime } from '../texts.ts'

/** Units of a chart: it is stretched to its place. */
const WIDTH = 600
const HEIGHT = 100
/** Parts of the hour, at whose ends the clock's time is written. */
const PARTS = 4
const MINUTE_MS = 60_000

/** One line of a chart. */
export interface Series {
  readonly name: string
  /** A value for each minute, the oldest first. */
  readonly values: readonly number[]
  /** Its place among the colours, from 1. */
  readonly colour: 1 | 2 | 3 | 4
}

/** The span of time that charts show. */
export interface TimeSpan {
  /** When it ends, in epoch milliseconds. */
  readonly toMs: number
  readonly minutes: number
}

/** A chart with the clock's time below, and its legend. @param textOf a value as people read it */
export function chart(
  title: string,
  series: readonly Series[],
  { toMs, minutes }: TimeSpan,
  textOf: (value: number) => string,
): Html {
  const most = Math.max(1, ...series.flatMap(({ values }) => values.filter(Number.isFinite)))
  const last = series.map(({ name, values }) => `${name} ${textOf(values.at(-1) ?? 0)}`)
  return html`<section><h2>${title}</h2>
<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
aria-label="${title}, the last hour. Now: ${last.join(', ')}. At most ${textOf(most)}.">${series.map(
    ({ values, colour }) =>
      html`<polyline class="line line-${colour}" points="${points(values, minutes, most)}"></polyline>`,
  )}</svg>
<div class="ticks">${instants(toMs, minutes).map(clockTime)}</div>
<ul class="legend">${series.map(
    ({ name, values, colour }) =>
      html`<li><span class="swatch line-${colour}" aria-hidden="true"></span>${name} <strong>${textOf(values.at(-1) ?? 0)}</strong></li>`,
  )}<li class="beside">at most ${textOf(most)}</li></ul></section>`
}

function instants(toMs: number, minutes: number): number[] {
  const partMs = ((minutes - 1) * MINUTE_MS) / PARTS
  return Array.from({ length: PARTS + 1 }, (_, i) => toMs - (PARTS - i) * partMs)
}

/** The newest value is at the right end, whatever the number of minutes so far. */
function points(values: readonly number[], minutes: number, most: number): string {
  const step = WIDTH / (minutes - 1)
  const placed = values.map((value, i) => {
    const x = WIDTH - (values.length - 1 - i) * step
    const y = HEIGHT - 2 - (Math.min(value, most) / most) * (HEIGHT - 6)
    return [x, y] as const
  })
  // The first minute alone is a short line, since a point is not drawn.
  const [only] = placed
  const drawn = placed.length === 1 && only ? [[only[0] - step, only[1]] as const, only] : placed
  return drawn.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
}
