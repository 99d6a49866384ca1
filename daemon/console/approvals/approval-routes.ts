/** The pages of approvals, and the forms that decide them. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import { type Approval, ApprovalStatus, type Decision } from '../../../protocol/approval.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { requireScope } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { actorOf } from '../../http/middleware/actor.ts'
import { statusOf } from '../../http/problem.ts'
import type { ConsoleDependencies, PageContext } from '../dependencies.ts'
import { fieldText, nextPath, readForm } from '../form.ts'
import { type Html, nothing, type Page, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { fieldsOf } from '../schema-form/fields.ts'
import { readInput } from '../schema-form/read-input.ts'
import { may } from '../scopes.ts'
import { type ApprovalView, approvalForm, isDestructive } from './approval-form.ts'

const PATH = '/console/approvals'
/** Approvals of one page: each has a form. */
const PAGE_LENGTH = 20

/** Adds the list of approvals, one approval, and the decision. */
export function addApprovalPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  const { approvals, tokens } = deps

  app.get(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { status: asked = 'pending', after } = context.req.query()
    const status = ApprovalStatus.safeParse(asked)
    const page = await approvals.list(
      { status: status.data, executionId: undefined, after, limit: PAGE_LENGTH },
      caller,
    )
    const forms = await approvalForms(context, deps, page.data, PATH)
    const main = listPage(forms, status.data, page.nextCursor)
    const pending = await pendingText(deps, caller)
    const live = after === undefined ? { live: '/console/live' } : {}
    return sendPage(
      context,
      { title: 'Approvals', section: PATH, main, pending, script: 'approvals.js', ...live },
      tokens.size > 0,
    )
  })

  app.get(`${PATH}/:id`, async context => {
    requireScope(context.get('caller'), 'read')
    const approval = await approvals.get(context.req.param('id'), context.get('caller'))
    return await sendApproval(context, deps, approval, {})
  })

  app.post(`${PATH}/:id`, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'approve')
    requireScope(caller, 'read')
    const form = await readForm(context)
    const approval = await approvals.get(context.req.param('id'), caller)
    try {
      await decide(context, deps, approval, form)
    } catch (error) {
      if (!(error instanceof LatchdError)) throw error
      deps.metrics.onRefusal(error.code)
      // What the person wrote is not to be written again.
      const refused = { given: form, message: error.message }
      const now = await approvals.get(approval.approvalId, caller)
      return await sendApproval(context, deps, now, { refused, status: statusOf(error.code) })
    }
    return context.redirect(nextPath(form.get('next')), 303)
  })
}

/** Takes the decision of a form, as the API takes one. */
async function decide(
  context: PageContext,
  deps: ConsoleDependencies,
  approval: Approval,
  form: URLSearchParams,
): Promise<void> {
  const { approvalId, executionId } = approval
  const tool = await toolOf(deps, approval)
  const decision = readDecision(form, approval, tool)
  if (decision.decision === 'approve' && isDestructive(tool) && form.get('confirmed') !== 'yes') {
    const detail = 'a destructive call is approved with its confirmation'
    throw new LatchdError('INVALID_REQUEST', `Cannot approve ${approvalId}: ${detail}`)
  }
  await deps.approvals.decide(approvalId, decision, context.get('caller'))
  deps.audit.record({
    event: 'approval-decided',
    ...actorOf(context),
    approvalId,
    executionId,
    tool: approval.tool,
    decision: decision.decision,
    isEdited: decision.args !== undefined,
    isRemembered: decision.remember !== undefined,
  })
}

function readDecision(
  form: URLSearchParams,
  { approvalId, input }: Approval,
  tool: Tool | undefined,
): Decision {
  const decision = form.get('decision')
  if (decision !== 'approve' && decision !== 'reject') {
    const detail = 'approve or reject is expected'
    throw new LatchdError('INVALID_REQUEST', `Cannot decide ${approvalId}: ${detail}`)
  }
  const reason = fieldText(form, 'reason')
  const answer = fieldText(form, 'answer')
  const given = reason === '' ? {} : { reason }
  if (decision === 'reject') return { decision, ...given }
  const isQuestion = tool?.answer !== undefined
  const args = isQuestion ? input : readInput(form, tool && fieldsOf(tool, input), input)
  return {
    decision,
    ...given,
    ...(tool?.needsAnswer && answer !== '' && { answer }),
    ...(args !== input && { args }),
    ...(form.get('remember') === 'session' && { remember: 'session' as const }),
  }
}

/** Approvals with their forms. @param next where the browser goes after a decision */
export async function approvalForms(
  context: PageContext,
  deps: ConsoleDependencies,
  approvals: readonly Approval[],
  next: string,
): Promise<Html[]> {
  const mayDecide = may(context.get('caller'), 'approve')
  const nowMs = deps.now()
  return await Promise.all(
    approvals.map(async approval => {
      const tool = await toolOf(deps, approval)
      return approvalForm({ approval, tool, mayDecide, next, nowMs })
    }),
  )
}

/** The tool as the execution has it: the daemon's own may be another one by now. */
async function toolOf(
  { executions, tools }: ConsoleDependencies,
  { executionId, tool, status }: Approval,
): Promise<Tool | undefined> {
  const own = tools.current.find(tool)
  // A decided one has no form.
  if (status !== 'pending') return own
  return (await executions.toolOf(executionId, tool)) ?? own
}

async function sendApproval(
  context: PageContext,
  deps: ConsoleDependencies,
  approval: Approval,
  { refused, status = 200 }: Pick<ApprovalView, 'refused'> & { readonly status?: number },
): Promise<Response> {
  const caller = context.get('caller')
  const view: ApprovalView = {
    approval,
    tool: await toolOf(deps, approval),
    mayDecide: may(caller, 'approve'),
    next: `/console/executions/${approval.executionId}`,
    nowMs: deps.now(),
    ...(refused && { refused }),
  }
  const isLost = refused !== undefined && approval.status !== 'pending'
  const main = html`<h1>Approval</h1>${isLost ? html`<p class="fault" role="alert">${refused.message}</p>` : nothing}
<div class="approvals">${approvalForm(view)}</div>`
  return sendPage(
    context,
    {
      title: 'Approval',
      section: PATH,
      main,
      pending: await pendingText(deps, caller),
      script: 'approvals.js',
      status: status as NonNullable<Page['status']>,
    },
    deps.tokens.size > 0,
  )
}

function listPage(
  forms: readonly Html[],
  status: ApprovalStatus | undefined,
  nextCursor: string | undefined,
): Html {
  const shown = status ?? 'all'
  const tabs = ['pending', 'approved', 'rejected', 'expired', 'all'].map(
    one =>
      html`<li><a href="${PATH}?status=${one}"${one === shown ? html` aria-current="true"` : nothing}>${one}</a></li>`,
  )
  return html`<h1>Approvals</h1>
<nav class="tabs" aria-label="Status"><ul>${tabs}</ul></nav>
<p class="keys">Keys: <kbd>a</kbd> comes here from anywhere, <kbd>j</kbd> <kbd>k</kbd> choose,
<kbd>Enter</kbd> approves, <kbd>e</kbd> edits, <kbd>r</kbd> rejects with a reason. <button type="button" class="plain" data-notify="off" hidden>Notify me of new ones</button></p>
<p class="fault" role="status" data-notify-fault></p>
<div class="approvals" data-region="approvals">${forms}</div>
<p data-region="none">${forms.length === 0 ? `None is ${status ?? 'there'}.` : ''}</p>
<nav class="pages" aria-label="Pages">${
    nextCursor === undefined
      ? nothing
      : html`<a rel="next" href="${PATH}?status=${shown}&amp;after=${nextCursor}">Older</a>`
  }</nav>`
}
