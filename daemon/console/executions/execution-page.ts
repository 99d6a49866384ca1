/** One execution: what it does, what it waits for, how it ended, and what can be done about it. */

import { html } from 'hono/html'
import type {
  Execution,
  ExecutionError,
  ExecutionSource,
} from '../../../protocol/execution/execution.ts'
import { parentCallOf } from '../../../protocol/execution/parent-call.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { NestedExecutions } from '../../executions/nested-executions.ts'
import { type Html, nothing } from '../page.ts'
import { bytesText, cutText, durationText, instant, shownText } from '../texts.ts'
import { valueTree } from '../value-tree.ts'
import { emittedFiles } from './emitted-files.ts'
import type { GuestTimes } from './guest-times.ts'
import { type MarkedLine, sourceView } from './source-view.ts'
import { duration, statusMark, waitsFor } from './status.ts'
import { waterfall } from './waterfall.ts'

/** All that the page shows. */
export interface ExecutionView {
  readonly execution: Execution
  /** Absent when the page renews its regions, which the source is none of. */
  readonly program: ExecutionSource | undefined
  readonly guest: GuestTimes
  /** What its calls have begun. */
  readonly nested: NestedExecutions
  /** The approvals that it waits for, each as a form. */
  readonly approvals: readonly Html[]
  /** Whether the caller may cancel it, retry it and run programs. */
  readonly mayExecute: boolean
  /** Whether it can be gone through call by call. */
  readonly hasJournal: boolean
  readonly nowMs: number
}

/** The page of an execution. */
export function executionPage(view: ExecutionView): Html {
  const { execution, program, nested, guest, approvals, nowMs } = view
  const { executionId, sourceLine = '' } = execution
  return html`<h1><code>${shownText(sourceLine).trim() || executionId}</code></h1>
<section data-region="state" aria-label="State">${state(view)}</section>
<section data-region="approvals" aria-label="Decisions" class="approvals">${approvals}</section>
<section data-region="end" aria-label="Outcome">${end(execution)}</section>
<section aria-labelledby="calls-title"><h2 id="calls-title">Calls</h2>
${waterfall(execution, nested, guest, nowMs)}</section>
<section aria-labelledby="log-title"><h2 id="log-title">Log</h2>${log(execution)}</section>
${program === undefined ? nothing : source(execution, program)}
<section data-region="usage" aria-label="Usage">${usage(execution)}</section>`
}

function state({ execution, mayExecute, hasJournal, nowMs }: ExecutionView): Html {
  const { executionId, status, createdAtMs, sessionId, usage, metadata } = execution
  const parent = parentCallOf(metadata)
  const act = (action: string, label: string, kind = '') =>
    html`<form method="post" action="/console/executions/${executionId}/${action}"><button class="${kind}">${label}</button></form>`
  // As long as both stay what they are, the focus stays where it is.
  const waits = execution.status === 'waiting' ? execution.waitingFor : []
  const version = [status, usage.resumes, hasJournal, ...waits.map(({ callId }) => callId)].join(
    ' ',
  )
  return html`<p class="facts" data-key="facts" data-version="${version}">${statusMark(execution)} <span>${duration(execution, nowMs)}</span>
<span>${waitsFor(execution, nowMs)}</span> <span>created ${instant(createdAtMs)}</span>
${sessionId === undefined ? nothing : html`<span><a href="/console/sessions/${sessionId}">session</a></span>`}
${parent === undefined ? nothing : html`<span>begun by <a href="/console/executions/${parent.executionId}#${parent.callId}">a call</a></span>`}
${usage.resumes === 0 ? nothing : html`<span>resumed ${usage.resumes} times</span>`}
<span class="id">${executionId}</span></p>
<div class="actions" data-key="actions" data-version="${version}">${mayExecute && execution.status === 'stuck' ? act('retry', 'Retry') : nothing}
${mayExecute && !isEnded(execution) ? act('cancel', 'Cancel', 'danger') : nothing}
${mayExecute ? html`<a class="button" href="/console/playground?from=${executionId}">Run again</a>` : nothing}
${hasJournal ? html`<a class="button" href="/console/executions/${executionId}/replay">Time travel</a>` : nothing}</div>`
}

function end(execution: Execution): Html {
  switch (execution.status) {
    case 'queued':
    case 'running':
    case 'waiting':
      return nothing
    case 'completed': {
      const { output, isFinalAnswer } = execution
      const exact = output.exact
        ? nothing
        : html`<p class="beside">The tree loses what JSON cannot write; the text has it.</p>`
      return html`<h2>${isFinalAnswer ? 'Final answer' : 'Output'}</h2><div class="output">${valueTree(output.value)}${exact}
<details><summary>As text</summary><pre tabindex="0">${cutText(output.text)}</pre></details></div>${emittedFiles(execution)}`
    }
    case 'failed':
    case 'cancelled':
    case 'stuck':
      return html`${failure(execution.error)}${emittedFiles(execution)}`
    default:
      return execution satisfies never
  }
}

/** An error with its place and its hint. */
export function failure({ code, name, message, frame, stack, hint, line }: ExecutionError): Html {
  const title = name === code ? code : `${code} · ${name}`
  return html`<div class="error"><h2>${title}</h2><p class="message">${cutText(message)}</p>
${hint === undefined ? nothing : html`<p class="hint">${shownText(hint)}</p>`}
${frame === undefined ? nothing : html`<pre tabindex="0">${cutText(frame)}</pre>`}
${line === undefined ? nothing : html`<p><a href="#L${line}">Line ${line} of the source</a></p>`}
${stack === undefined ? nothing : html`<details><summary>Stack</summary><pre tabindex="0">${cutText(stack)}</pre></details>`}</div>`
}

/** Lines of the log that are shown: the last ones, of so many characters. */
const MAX_LINES = 5000
const MAX_LOG_CHARACTERS = 500_000

function log({ logs, logsTruncatedBytes }: Execution): Html {
  let characters = 0
  const first = logs.findLastIndex(({ text }, i) => {
    characters += text.length
    return characters > MAX_LOG_CHARACTERS || i < logs.length - MAX_LINES
  })
  const lines = logs
    .map(({ level, text }, i) => ({ level, text, i }))
    .slice(first + 1)
    .map(
      ({ level, text, i }) =>
        html`<li data-key="${i}" class="level-${level}">${shownText(text)}</li>`,
    )
  const remarks = [
    ...(logs.length === 0 ? ['It has printed nothing so far.'] : []),
    ...(first >= 0 ? [`${first + 1} lines before these are not shown.`] : []),
    ...(logsTruncatedBytes > 0 ? [`${bytesText(logsTruncatedBytes)} more were cut.`] : []),
  ]
  return html`<ol class="log" data-region="log" tabindex="0" aria-label="Log">${lines}</ol>
<p data-region="log-cut">${remarks.join(' ')}</p>`
}

function source(execution: Execution, program: ExecutionSource): Html {
  return html`<section aria-labelledby="source-title"><h2 id="source-title">Source <span class="beside">${program.language}</span></h2>
${sourceView(program, markedLine(execution))}</section>`
}

function markedLine(execution: Execution): MarkedLine | undefined {
  const line = 'error' in execution ? execution.error.line : undefined
  return line === undefined ? undefined : { line, kind: 'fault' }
}

function usage({ usage: used, metadata, warnings = [], diagnostics = [] }: Execution): Html {
  const byTool = Object.entries(used.callsByTool ?? {}).map(
    ([tool, n]) => `${shownText(tool)} ${n}`,
  )
  const facts: [name: string, value: string][] = [
    ['CPU', durationText(used.cpuMs)],
    ['waited', durationText(used.waitMs)],
    ['in all', durationText(used.wallMs)],
    ['calls', `${used.calls}${byTool.length === 0 ? '' : ` (${byTool.join(', ')})`}`],
    ['memory', bytesText(used.peakMemoryBytes)],
    ['resumes', String(used.resumes)],
    ...(metadata === undefined
      ? []
      : [['metadata', shownText(JSON.stringify(metadata))] as [string, string]]),
  ]
  const remarks = [
    ...warnings.map(({ message, line }) =>
      line === undefined ? message : `line ${line}: ${message}`,
    ),
    ...diagnostics.map(
      ({ line, column, code, message }) => `${code} at ${line}:${column}: ${message}`,
    ),
  ]
  return html`<h2>Usage</h2><dl class="usage">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${remarks.length === 0 ? nothing : html`<h2>Remarks</h2><ul>${remarks.map(remark => html`<li>${shownText(remark)}</li>`)}</ul>`}`
}
