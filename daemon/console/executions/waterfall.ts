/** The calls of an execution on a time axis. */

import { html } from 'hono/html'
import type { CallRecord, Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import { type Html, nothing } from '../page.ts'
import { durationText, shownText } from '../texts.ts'

/** Units of the axis: bars are placed in them, so that no bar needs a style of its own. */
const AXIS = 1000
/** A bar is never thinner. */
const MIN_BAR = 4
/** Instants that are written above the bars. */
const TICKS = 5

/** Calls that are shown of each end, when there are more than twice as many. */
const MAX_OF_EACH_END = 1000
/** Spans that are drawn: the longest. */
const MAX_SPANS = 20

/** A span of time in which the guest was parked. */
export interface Parked {
  readonly fromMs: number
  readonly toMs: number
}

/** The rows of the calls, with the axis as their head. */
export function waterfall(execution: Execution, parked: readonly Parked[], nowMs: number): Html {
  const { calls } = execution
  const axis = axisOf(execution, nowMs)
  const waiting = new Set(
    execution.status === 'waiting' ? execution.waitingFor.map(({ callId }) => callId) : [],
  )
  const ticks = Array.from(
    { length: TICKS },
    (_, i) => html`<span>${durationText((axis.spanMs * i) / (TICKS - 1))}</span>`,
  )
  const drawn = [...parked].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, MAX_SPANS)
  const shown = calls
    .map((call, i) => ({ call, i }))
    .filter(({ i }) => i < MAX_OF_EACH_END || i >= calls.length - MAX_OF_EACH_END)
  const rows = shown.map(({ call, i }) => row(call, i, axis, drawn, waiting.has(call.callId)))
  return html`<p data-region="no-calls">${remark(calls.length, shown.length)}</p>
<div class="wide tall" tabindex="0" role="group" aria-label="Calls">
<table class="waterfall"><thead><tr><th scope="col" class="number">No.</th><th scope="col">Tool</th>
<th scope="col">Status</th><th scope="col" class="number">Took</th>
<th scope="col" class="axis"><span class="unseen">When</span><span class="ticks" aria-hidden="true" data-region="ticks">${ticks}</span></th></tr></thead>
<tbody data-region="calls">${rows}</tbody>
</table></div>`
}

const lengthOf = ({ fromMs, toMs }: Parked) => toMs - fromMs

function remark(made: number, shown: number): string {
  if (made === 0) return 'It has called no tool so far.'
  const ends = `the first and the last ${MAX_OF_EACH_END} of ${made} calls`
  return shown < made ? `These are ${ends}.` : ''
}

interface Axis {
  readonly startMs: number
  readonly spanMs: number
}

function axisOf(execution: Execution, nowMs: number): Axis {
  const { calls, createdAtMs, startedAtMs = createdAtMs } = execution
  const ends = calls.map(({ startedAtMs: from, durationMs = 0 }) => from + durationMs)
  const isOpen = !isEnded(execution)
  const last = ends.reduce((a, b) => Math.max(a, b), isOpen ? nowMs : execution.endedAtMs)
  const first = calls.reduce((least, call) => Math.min(least, call.startedAtMs), startedAtMs)
  const spanMs = Math.max(1, last - first)
  return { startMs: first, spanMs: isOpen ? roundedUp(spanMs) : spanMs }
}

/** The next of 1, 2, 5, 10, …: an axis that grows in steps leaves most bars where they are. */
function roundedUp(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms))
  return (STEPS.find(step => step * power >= ms) ?? 10) * power
}

const STEPS = [1, 2, 5, 10]

function row(
  call: CallRecord,
  i: number,
  axis: Axis,
  parked: readonly Parked[],
  isAwaited: boolean,
): Html {
  const { callId, tool, status, durationMs, startedAtMs, progress } = call
  const version = `${status} ${isAwaited} ${axis.spanMs} ${progress === undefined ? '' : JSON.stringify(progress)}`
  const took = durationMs === undefined ? '' : durationText(durationMs)
  const from = startedAtMs - axis.startMs
  // An open call lasts to the end of the axis.
  const to = durationMs === undefined ? axis.spanMs : from + durationMs
  const kind = isAwaited ? 'waiting' : status
  return html`<tr data-key="${callId}" data-version="${version}" id="${callId}">
<td class="number">${i + 1}</td><td>${facts(call)}</td>
<td><span class="status ${kind}">${isAwaited ? 'waiting' : status}</span></td><td class="number">${took}</td>
<td class="axis"><svg viewBox="0 0 ${AXIS} 10" preserveAspectRatio="none" role="img" aria-label="${tool}: from ${durationText(
    Math.max(0, from),
  )}${took === '' ? ' on' : `, for ${took}`}">${bands(axis, parked)}${bar(from, to, axis, kind)}</svg></td></tr>
`
}

function bar(from: number, to: number, { spanMs }: Axis, kind: string): Html {
  const x = Math.min(AXIS - MIN_BAR, Math.max(0, (from / spanMs) * AXIS))
  const width = Math.max(MIN_BAR, Math.min(AXIS - x, ((to - from) / spanMs) * AXIS))
  return html`<rect class="bar ${kind}" x="${x.toFixed(1)}" y="1" width="${width.toFixed(1)}" height="8"></rect>`
}

/** The spans in which the guest was parked, behind the bars. */
function bands({ startMs, spanMs }: Axis, parked: readonly Parked[]): Html {
  const rects = parked.map(({ fromMs, toMs }) => {
    const x = Math.max(0, ((fromMs - startMs) / spanMs) * AXIS)
    const width = Math.max(1, ((toMs - startMs) / spanMs) * AXIS - x)
    return html`<rect class="parked" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10"></rect>`
  })
  return rects.length === 0 ? nothing : html`${rects}`
}

function facts({ callId, tool, inputText, outputText, error, progress }: CallRecord): Html {
  const lines: [name: string, text: string | undefined][] = [
    ['in', inputText],
    ['now', progress === undefined ? undefined : JSON.stringify(progress)],
    ['out', outputText],
    ['error', error && `${error.name}: ${error.message}`],
  ]
  const known = lines.filter(([, text]) => text !== undefined)
  const name = html`<code>${shownText(tool)}</code>`
  if (known.length === 0) return name
  return html`<details><summary>${name}</summary><dl><dt>id</dt><dd><code>${callId}</code></dd>${known.map(
    ([what, text]) => html`<dt>${what}</dt><dd><pre>${shownText(text as string)}</pre></dd>`,
  )}</dl></details>`
}
