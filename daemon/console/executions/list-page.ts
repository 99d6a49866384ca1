/** The list of executions: filtered, in pages, renewed as things happen. */

import { html } from 'hono/html'
import { type Execution, executionStatuses } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { Page } from '../../store/page.ts'
import { type Html, nothing } from '../page.ts'
import { instant, shownText } from '../texts.ts'
import { duration, statusMark, waitsFor } from './status.ts'

/** What the list is narrowed to; empty texts narrow nothing. */
export interface ListFilter {
  readonly status: string
  readonly sessionId: string
  readonly tool: string
  readonly text: string
  /** The cursor of an earlier page; empty for the newest. */
  readonly after: string
}

/** The list. @param nowMs the instant that running times are counted to */
export function listPage(page: Page<Execution>, filter: ListFilter, nowMs: number): Html {
  const { data, nextCursor } = page
  const isFirst = filter.after === ''
  return html`<h1>Executions</h1>
${filterForm(filter)}
${executionRows(data, nowMs)}
<div data-region="more">${data.length === 0 ? html`<p>${emptyText(filter)}</p>` : nothing}</div>
<nav class="pages" aria-label="Pages">
${isFirst ? nothing : html`<a href="${queryOf({ ...filter, after: '' })}">Newest</a>`}
${nextCursor === undefined ? nothing : html`<a rel="next" href="${queryOf({ ...filter, after: nextCursor })}">Older</a>`}
</nav>`
}

/** Executions as a table. @param nowMs the instant that running times are counted to */
export function executionRows(executions: readonly Execution[], nowMs: number): Html {
  return html`<div class="wide" tabindex="0" role="group" aria-label="Executions">
<table><thead><tr><th scope="col">Status</th><th scope="col">Program</th><th scope="col">Created</th>
<th scope="col" class="number">Took</th><th scope="col" class="number">Calls</th></tr></thead>
<tbody data-region="executions">${executions.map(execution => row(execution, nowMs))}</tbody></table></div>`
}

function emptyText(filter: ListFilter): string {
  const isFiltered = Object.values(filter).some(value => value !== '')
  return isFiltered ? 'Nothing here fits.' : 'No program has run yet. The playground runs one.'
}

function row(execution: Execution, nowMs: number): Html {
  const { executionId, sourceLine = '', createdAtMs, sessionId, calls, status } = execution
  const version = `${status} ${calls.length} ${isEnded(execution) ? 1 : 0}`
  const title = shownText(sourceLine).trim() || executionId
  return html`<tr data-key="${executionId}" data-version="${version}">
<td>${statusMark(execution)}</td>
<td class="program"><a href="/console/executions/${executionId}"><code>${title}</code></a>
<span class="beside">${waitsFor(execution, nowMs)}${
    'error' in execution
      ? html`${execution.error.code}: ${shownText(execution.error.message)}`
      : nothing
  }${sessionId === undefined ? nothing : html` <a href="/console/sessions/${sessionId}">in a session</a>`}</span></td>
<td>${instant(createdAtMs)}</td>
<td class="number">${duration(execution, nowMs)}</td><td class="number">${calls.length}</td></tr>
`
}

function filterForm({ status, sessionId, tool, text }: ListFilter): Html {
  const options = executionStatuses.map(
    one => html`<option${one === status ? html` selected` : nothing}>${one}</option>`,
  )
  return html`<form class="filter" method="get" action="/" role="search">
<label>Status <select name="status"><option value="">any</option>${options}</select></label>
<label>Text <input name="text" type="search" value="${text}" placeholder="id, first line, error"></label>
<label>Tool <input name="tool" value="${tool}"></label>
<label>Session <input name="sessionId" value="${sessionId}"></label>
<button>Filter</button></form>`
}

function queryOf(filter: ListFilter): string {
  const set = Object.entries(filter).filter(([, value]) => value !== '')
  return `/?${new URLSearchParams(set)}`
}
