/** The pages of executions, their streams, and the forms that act on them. */

import type { Hono } from 'hono'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import { ExecutionStatus } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import { requireScope } from '../../auth/tokens.ts'
import { NOTHING_NESTED } from '../../executions/nested-executions.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { sendEvents } from '../../http/event-stream.ts'
import { actorOf } from '../../http/middleware/actor.ts'
import { approvalForms } from '../approvals/approval-routes.ts'
import type { ConsoleDependencies, PageContext } from '../dependencies.ts'
import { type Html, isUpdate, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { may } from '../scopes.ts'
import { executionPage } from './execution-page.ts'
import { guestTimes } from './guest-times.ts'
import { type ListFilter, listPage } from './list-page.ts'
import { LiveEvents } from './live-events.ts'

/** Executions of one page. */
const PAGE_LENGTH = 50
/** How long a link to a file works: the browser follows it at once. */
const FILE_LINK_MS = 60_000
/** Approvals of one execution that are shown with it. */
const MAX_APPROVALS = 20

/** Adds the list, one execution, their live streams, cancel and retry. */
export function addExecutionPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  const { executions, files, links, audit, tokens } = deps

  app.get('/', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { status = '', sessionId = '', tool = '', text = '', after = '' } = context.req.query()
    const filter: ListFilter = { status, sessionId, tool, text, after }
    const query = {
      status: ExecutionStatus.safeParse(status).data,
      after: filled(after),
      limit: PAGE_LENGTH,
      filter: { sessionId: filled(sessionId), tool: filled(tool), text: filled(text) },
    }
    const [page, pending] = await Promise.all([
      executions.list(query, caller),
      pendingText(deps, caller),
    ])
    const main = listPage(page, filter, deps.now())
    const live = after === '' ? { live: '/console/live' } : {}
    return sendPage(
      context,
      { title: 'Executions', section: '/', main, pending, ...live },
      tokens.size > 0,
    )
  })

  app.get('/console/live', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    return sendEvents(context, await executions.allEvents(caller))
  })

  app.get('/console/executions/:id', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const execution = await executions.get(context.req.param('id'), caller)
    const path = `/console/executions/${execution.executionId}`
    const [main, pending] = await Promise.all([
      executionMain(context, deps, execution),
      pendingText(deps, caller),
    ])
    const live = isEnded(execution) ? {} : { live: `${path}/live` }
    const { sourceLine = execution.executionId } = execution
    return sendPage(
      context,
      { title: sourceLine, section: '/', main, pending, script: 'execution.js', ...live },
      tokens.size > 0,
    )
  })

  app.get('/console/executions/:id/live', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const after = Number(/^\d{1,15}$/.exec(context.req.header('last-event-id') ?? '')?.[0] ?? 0)
    const id = context.req.param('id')
    // Watched before its own past is read, so that nothing falls in between.
    const beneath = await executions.nesting.events(id, caller)
    let own: AsyncIterableIterator<ExecutionEvent> | undefined
    try {
      own = await executions.events(id, caller, after)
    } finally {
      if (own === undefined) await beneath.return()
    }
    return own === undefined
      ? context.body(null, 204)
      : sendEvents(context, new LiveEvents(own, beneath))
  })

  app.get('/console/files/:id', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { fileId } = await files.find(context.req.param('id'), caller)
    // The API gives the bytes; this browser has no token for it, and gets a link for one download.
    return context.redirect(`/v1/files/${fileId}?${links.sign(fileId, FILE_LINK_MS)}`, 303)
  })

  for (const action of ['cancel', 'retry'] as const) {
    app.post(`/console/executions/:id/${action}`, async context => {
      const caller = context.get('caller')
      requireScope(caller, 'execute')
      const { executionId } = await executions[action](context.req.param('id'), caller)
      const event = action === 'cancel' ? 'execution-cancelled' : 'execution-retried'
      audit.record({ event, ...actorOf(context), executionId })
      return context.redirect(`/console/executions/${executionId}`, 303)
    })
  }
}

async function executionMain(
  context: PageContext,
  deps: ConsoleDependencies,
  execution: Execution,
): Promise<Html> {
  const caller = context.get('caller')
  const { executionId } = execution
  const isWaiting = execution.status === 'waiting'
  const [program, pending, guest, nested] = await Promise.all([
    isUpdate(context) ? undefined : deps.executions.source(executionId, caller),
    isWaiting
      ? deps.approvals.list(
          { status: 'pending', executionId, after: undefined, limit: MAX_APPROVALS },
          caller,
        )
      : undefined,
    guestTimes(deps.store, execution, deps.now()),
    execution.calls.length === 0
      ? NOTHING_NESTED
      : deps.executions.nesting.all(executionId, caller),
  ])
  const next = `/console/executions/${executionId}`
  return executionPage({
    execution,
    program,
    guest,
    nested,
    approvals: await approvalForms(context, deps, pending?.data ?? [], next),
    mayExecute: may(caller, 'execute'),
    hasJournal: await hasJournal(deps, execution),
    nowMs: deps.now(),
  })
}

/** Whether the execution can be gone through call by call. */
async function hasJournal({ store }: ConsoleDependencies, execution: Execution): Promise<boolean> {
  const { executionId, calls, sessionId } = execution
  const isKept = isEnded(execution) ? sessionId === undefined : execution.status === 'waiting'
  return calls.length > 0 && isKept && (await store.get(executionId)) !== undefined
}

const filled = (text: string): string | undefined => (text === '' ? undefined : text)
