/** How an execution stands, as people see it. */

import { html } from 'hono/html'
import type { Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import { type Html, nothing } from '../page.ts'
import { durationText, elapsed, remaining, shownText } from '../texts.ts'

/** The status as a mark in a colour of its own. */
export const statusMark = ({ status }: Pick<Execution, 'status'>): Html =>
  html`<span class="status ${status}">${status}</span>`

/** How long it took, or has taken so far. */
export function duration(execution: Execution, nowMs: number): Html {
  const { createdAtMs } = execution
  if (!isEnded(execution)) return elapsed(createdAtMs, nowMs)
  return html`${durationText(Math.max(0, execution.endedAtMs - createdAtMs))}`
}

/** The calls that a waiting one waits for, by their tools. */
export function waitsFor(execution: Execution, nowMs: number): Html {
  if (execution.status !== 'waiting') return nothing
  const names = execution.waitingFor.map(({ tool, approvalId }) =>
    approvalId === undefined ? html`${shownText(tool)}` : html`a decision on ${shownText(tool)}`,
  )
  const list = names.map((name, i) => (i === 0 ? name : html`, ${name}`))
  return html`waits for ${list} ${sleepEnd(execution, nowMs)}`
}

/** When the sleep ends that it waits for. */
function sleepEnd({ calls }: Execution, nowMs: number): Html {
  const sleep = calls.find(({ tool, status }) => tool === 'sleep' && status === 'pending')
  const ms = Number(/^\{"ms":(\d+)\}$/.exec(sleep?.inputText ?? '')?.[1])
  if (sleep === undefined || Number.isNaN(ms)) return nothing
  return html`(${remaining(sleep.startedAtMs + ms, nowMs)})`
}
