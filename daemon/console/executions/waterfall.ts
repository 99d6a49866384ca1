/** The calls of an execution on a time axis, with those of the executions that they have begun. */

import { html } from 'hono/html'
import type { CallRecord, Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { NestedExecutions } from '../../executions/nested-executions.ts'
import type { Html } from '../page.ts'
import { durationText } from '../texts.ts'
import { type GuestTimes, NO_TIMES } from './guest-times.ts'
import { type Axis, callRow, nestedRow, type Parked } from './waterfall-rows.ts'

/** Instants that are written above the bars. */
const TICKS = 5
/** Calls that are shown of each end, when there are more than twice as many. */
const MAX_OF_EACH_END = 1000
/** Calls that are shown of an execution beneath: its first ones. */
const MAX_OF_NESTED = 100
/** Spans that are drawn: the longest. */
const MAX_SPANS = 20

/** The rows of the calls, with the axis as their head. */
export function waterfall(
  execution: Execution,
  nested: NestedExecutions,
  guest: GuestTimes,
  nowMs: number,
): Html {
  const { calls } = execution
  const axis = axisOf(execution, nested, nowMs)
  const ticks = Array.from(
    { length: TICKS },
    (_, i) => html`<span>${durationText((axis.spanMs * i) / (TICKS - 1))}</span>`,
  )
  const drawn = [...guest.parked].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, MAX_SPANS)
  const numbers = calls
    .map((_, i) => i)
    .filter(i => i < MAX_OF_EACH_END || i >= calls.length - MAX_OF_EACH_END)
  const rows = rowsOf(execution, numbers, 0, {
    ...{ axis, nested, nowMs },
    guest: { ...guest, parked: drawn },
  })
  return html`<p data-region="no-calls">${remark(calls.length, numbers.length, nested)}</p>
<div class="wide tall" tabindex="0" role="group" aria-label="Calls">
<table class="waterfall"><thead><tr><th scope="col" class="number">No.</th><th scope="col">Tool</th>
<th scope="col">Status</th><th scope="col" class="number">Took</th>
<th scope="col" class="axis"><span class="unseen">When</span><span class="ticks" aria-hidden="true" data-region="ticks">${ticks}</span></th></tr></thead>
<tbody data-region="calls">${rows}</tbody>
</table></div>`
}

/** What all rows of a waterfall are drawn with. */
interface Drawing {
  readonly axis: Axis
  readonly nested: NestedExecutions
  readonly guest: GuestTimes
  readonly nowMs: number
}

/** @param numbers indexes of the calls that are shown @param depth levels above the execution */
function rowsOf(
  execution: Execution,
  numbers: readonly number[],
  depth: number,
  drawing: Drawing,
): readonly Html[] {
  const { axis, nested, nowMs } = drawing
  const { calls } = execution
  // The guests of another execution have times of their own.
  const { parked, guestEndsMs } = depth === 0 ? drawing.guest : NO_TIMES
  const waiting = new Set(
    execution.status === 'waiting' ? execution.waitingFor.map(({ callId }) => callId) : [],
  )
  return numbers.flatMap(i => {
    const call = calls[i] as Execution['calls'][number]
    const isAwaited = waiting.has(call.callId)
    const replays = replaysOf(call, guestEndsMs)
    const beneath = nested.byCall.get(call.callId) ?? []
    return [
      callRow(call, { number: i + 1, depth, isAwaited, replays }, axis, parked),
      ...beneath.flatMap(begun => {
        const shown = begun.calls.slice(0, MAX_OF_NESTED).map((_, at) => at)
        return [
          nestedRow(begun, { depth: depth + 1, shown: shown.length }, axis, nowMs),
          ...rowsOf(begun, shown, depth + 1, drawing),
        ]
      }),
    ]
  })
}

/** How often a call was answered again from the journal. */
function replaysOf(
  { startedAtMs, durationMs }: CallRecord,
  guestEndsMs: readonly number[],
): number {
  if (durationMs === undefined) return 0
  return guestEndsMs.filter(atMs => atMs >= startedAtMs + durationMs).length
}

const lengthOf = ({ fromMs, toMs }: Parked) => toMs - fromMs

function remark(made: number, shown: number, { isCut }: NestedExecutions): string {
  if (made === 0) return 'It has called no tool so far.'
  const ends = `the first and the last ${MAX_OF_EACH_END} of ${made} calls`
  return [
    ...(shown < made ? [`These are ${ends}.`] : []),
    ...(isCut ? ['Of the executions beneath them the latest are shown.'] : []),
  ].join(' ')
}

function axisOf(execution: Execution, nested: NestedExecutions, nowMs: number): Axis {
  const { calls, createdAtMs, startedAtMs = createdAtMs } = execution
  const begun = [...nested.byCall.values()].flat()
  const ends = [execution, ...begun].flatMap(one => [
    isEnded(one) ? one.endedAtMs : nowMs,
    ...one.calls.map(({ startedAtMs: from, durationMs = 0 }) => from + durationMs),
  ])
  const isOpen = ![execution, ...begun].every(isEnded)
  const last = ends.reduce((a, b) => Math.max(a, b))
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
