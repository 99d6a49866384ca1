/** The pages of sessions. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Session } from '../../../protocol/execution/session.ts'
import { requireScope } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { actorOf } from '../../http/middleware/actor.ts'
import type { Page } from '../../store/page.ts'
import type { ConsoleDependencies } from '../dependencies.ts'
import { executionRows } from '../executions/list-page.ts'
import { type Html, nothing, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { may } from '../scopes.ts'
import { bytesText, instant, shownText } from '../texts.ts'
import { type DeclaredNames, declaredNames } from './declared-names.ts'

const PATH = '/console/sessions'
const PAGE_LENGTH = 50

/** Adds the list of sessions, one session with its executions, and the forms that make and remove them. */
export function addSessionPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  const { sessions, executions, audit, tokens, now } = deps

  app.get(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const page = await sessions.list(
      { after: context.req.query('after'), limit: PAGE_LENGTH },
      caller,
    )
    const main = listPage(page, may(caller, 'execute'))
    const pending = await pendingText(deps, caller)
    return sendPage(context, { title: 'Sessions', section: PATH, main, pending }, tokens.size > 0)
  })

  app.post(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    const { sessionId } = await sessions.create(caller)
    return context.redirect(`${PATH}/${sessionId}`, 303)
  })

  app.get(`${PATH}/:id`, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const session = await sessions.get(context.req.param('id'), caller)
    const { sessionId } = session
    const query = { status: undefined, after: undefined, limit: PAGE_LENGTH, filter: { sessionId } }
    const [page, pending] = await Promise.all([
      executions.list(query, caller),
      pendingText(deps, caller),
    ])
    const begun = page.data.filter(({ startedAtMs }) => startedAtMs !== undefined)
    const programs = await Promise.all(begun.map(one => executions.source(one.executionId, caller)))
    const names = declaredNames(programs)
    const rows = executionRows(page.data, now())
    const main = sessionPage(session, names, rows, may(caller, 'execute'))
    const live = { live: '/console/live' }
    return sendPage(
      context,
      { title: 'Session', section: PATH, main, pending, ...live },
      tokens.size > 0,
    )
  })

  app.post(`${PATH}/:id/remove`, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    const sessionId = context.req.param('id')
    await sessions.remove(sessionId, caller)
    audit.record({ event: 'session-removed', ...actorOf(context), sessionId })
    return context.redirect(PATH, 303)
  })
}

function listPage({ data, nextCursor }: Page<Session>, mayExecute: boolean): Html {
  const rows = data.map(
    ({ sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, executions, snapshotBytes }) => html`<tr>
<td><a href="${PATH}/${sessionId}"><code>${sessionId}</code></a></td><td>${instant(createdAtMs)}</td>
<td>${instant(lastUsedAtMs)}</td><td>${expiresAtMs === undefined ? '' : instant(expiresAtMs)}</td>
<td class="number">${executions}</td><td class="number">${bytesText(snapshotBytes)}</td></tr>`,
  )
  return html`<h1>Sessions</h1>
<p class="beside">Globals that outlive a program: the next one in the same session finds them.</p>
${mayExecute ? html`<form method="post" action="${PATH}"><button>New session</button></form>` : nothing}
<div class="wide" tabindex="0" role="group" aria-label="Sessions"><table><thead><tr>
<th scope="col">Session</th><th scope="col">Created</th><th scope="col">Last used</th><th scope="col">Expires</th>
<th scope="col" class="number">Executions</th><th scope="col" class="number">Size</th></tr></thead><tbody>${rows}</tbody></table></div>
${data.length === 0 ? html`<p>There is none.</p>` : nothing}
<nav class="pages" aria-label="Pages">${
    nextCursor === undefined
      ? nothing
      : html`<a rel="next" href="${PATH}?after=${nextCursor}">Older</a>`
  }</nav>`
}

function sessionPage(
  { sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, executions, snapshotBytes }: Session,
  names: DeclaredNames,
  rows: Html,
  mayExecute: boolean,
): Html {
  return html`<h1>Session <code>${sessionId}</code></h1>
<p class="facts"><span>created ${instant(createdAtMs)}</span><span>used ${instant(lastUsedAtMs)}</span>
${expiresAtMs === undefined ? nothing : html`<span>expires ${instant(expiresAtMs)}</span>`}
<span>${executions} executions</span><span>${bytesText(snapshotBytes)}</span></p>
${
  mayExecute
    ? html`<div class="actions"><a class="button" href="/console/playground?sessionId=${sessionId}">Run a program in it</a>
<form method="post" action="${PATH}/${sessionId}/remove"><button class="danger">Forget it</button></form></div>`
    : nothing
}
${nameList(names)}
<h2>Its executions</h2>${rows}`
}

function nameList({ names, isPartial }: DeclaredNames): Html {
  if (names.length === 0 && !isPartial) return nothing
  const items = names.map(
    ({ name, executionId, line }) =>
      html`<li><a href="/console/executions/${executionId}${line === undefined ? '' : `#L${line}`}"><code>${shownText(name)}</code></a></li>`,
  )
  return html`<h2>Names</h2>
<p class="beside">What its programs below have declared, where they did so last.${
    isPartial ? ' Programs in Python and very long ones were not looked into.' : ''
  }</p><ul class="legend">${items}</ul>`
}
