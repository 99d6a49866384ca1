/** The rows of a waterfall: a call, or an execution that a call has begun. */

import { html } from 'hono/html'
import type { CallRecord, Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import { type Html, nothing } from '../page.ts'
import { durationText, shownText } from '../texts.ts'
import { duration, statusMark } from './status.ts'

/** Units of the axis: bars are placed in them, so that no bar needs a style of its own. */
const AXIS = 1000
/** A bar is never thinner. */
const MIN_BAR = 4

/** A span of time in which the guest was parked. */
export interface Parked {
  readonly fromMs: number
  readonly toMs: number
}

/** The time that the bars are placed in. */
export interface Axis {
  readonly startMs: number
  readonly spanMs: number
}

/** Where a call stands in its execution. */
export interface CallPlace {
  /** From 1. */
  readonly number: number
  /** Levels above its execution; 0: it is a call of the execution of the page. */
  readonly depth: number
  /** Whether its execution waits for it. */
  readonly isAwaited: boolean
  /** How often it was answered again from the journal, for another guest. */
  readonly replays: number
}

const REPLAYED = 'For a guest that was recreated, the journal has given its answer again'

/** The row of a call. */
export function callRow(
  call: CallRecord,
  { number, depth, isAwaited, replays }: CallPlace,
  axis: Axis,
  parked: readonly Parked[],
): Html {
  const { callId, tool, status, durationMs, startedAtMs, progress } = call
  const version = `${status} ${isAwaited} ${replays} ${axis.spanMs} ${progress === undefined ? '' : JSON.stringify(progress)}`
  const took = durationMs === undefined ? '' : durationText(durationMs)
  const from = startedAtMs - axis.startMs
  // An open call lasts to the end of the axis.
  const to = durationMs === undefined ? axis.spanMs : from + durationMs
  const kind = isAwaited ? 'waiting' : status
  return html`<tr data-key="${callId}" data-version="${version}" id="${callId}"${level(depth)}>
<td class="number">${number}</td><td class="tool">${facts(call)}</td>
<td><span class="status ${kind}">${kind}</span>${
    replays === 0
      ? nothing
      : html` <span class="beside" title="${REPLAYED}">replayed${replays === 1 ? nothing : html` ${replays}×`}</span>`
  }</td><td class="number">${took}</td>
${picture(tool, { from, to, took, kind }, axis, parked)}</tr>
`
}

/** Where an execution stands beneath others. */
export interface NestedPlace {
  readonly depth: number
  /** How many of its calls are shown. */
  readonly shown: number
}

/** The row of an execution that the call above it has begun. */
export function nestedRow(
  execution: Execution,
  { depth, shown }: NestedPlace,
  axis: Axis,
  nowMs: number,
): Html {
  const { executionId, status, sourceLine = '', createdAtMs, calls } = execution
  const version = `${status} ${calls.length} ${axis.spanMs}`
  const title = shownText(sourceLine).trim() || executionId
  const from = createdAtMs - axis.startMs
  const to = isEnded(execution) ? execution.endedAtMs - axis.startMs : axis.spanMs
  const took = isEnded(execution) ? durationText(Math.max(0, to - from)) : ''
  const left = calls.length - shown
  return html`<tr data-key="${executionId}" data-version="${version}" class="nested"${level(depth)}>
<td class="number"></td><td class="tool"><span class="unseen">begun by this call: </span><a href="/console/executions/${executionId}"><code>${title}</code></a>${
    left === 0 ? nothing : html` <span class="beside">${left} calls more</span>`
  }</td>
<td>${statusMark(execution)}</td><td class="number">${duration(execution, nowMs)}</td>
${picture('the program', { from, to, took, kind: status }, axis, [])}</tr>
`
}

const level = (depth: number): Html => (depth === 0 ? nothing : html` data-depth="${depth}"`)

/** A bar from one instant to another, in milliseconds of the axis. */
interface Bar {
  readonly from: number
  readonly to: number
  /** How long it took, as text; empty while it goes on. */
  readonly took: string
  readonly kind: string
}

function picture(
  what: string,
  { from, to, took, kind }: Bar,
  axis: Axis,
  parked: readonly Parked[],
): Html {
  const start = durationText(Math.max(0, from))
  const label = `${what}: from ${start}${took === '' ? ' on' : `, for ${took}`}`
  const x = Math.min(AXIS - MIN_BAR, Math.max(0, (from / axis.spanMs) * AXIS))
  const width = Math.max(MIN_BAR, Math.min(AXIS - x, ((to - from) / axis.spanMs) * AXIS))
  return html`<td class="axis"><svg viewBox="0 0 ${AXIS} 10" preserveAspectRatio="none" role="img" aria-label="${label}">${bands(axis, parked)}<rect class="bar ${kind}" x="${x.toFixed(1)}" y="1" width="${width.toFixed(1)}" height="8"></rect></svg></td>`
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
