/** One approval: what is asked, and the form by which a person decides it. */

import { html } from 'hono/html'
import type { Approval } from '../../../protocol/approval.ts'
import { isRecord } from '../../../protocol/base/predicates.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { type Html, nothing } from '../page.ts'
import { fieldsOf } from '../schema-form/fields.ts'
import { inputFields } from '../schema-form/form-view.ts'
import { instant, remaining, shownText } from '../texts.ts'
import { valueTree } from '../value-tree.ts'

/** What a form is made of. */
export interface ApprovalView {
  readonly approval: Approval
  /** Its tool as its execution has it; `undefined` when it is not known any more. */
  readonly tool: Tool | undefined
  readonly mayDecide: boolean
  /** Where the browser goes afterwards. */
  readonly next: string
  readonly nowMs: number
  /** What was sent, and why it could not be taken. */
  readonly refused?: { readonly given: URLSearchParams; readonly message: string }
}

/** Characters of an input, as JSON, that a form shows. */
const MAX_FORM = 100_000

/** Whether a wrong decision does harm that cannot be undone. */
export const isDestructive = (tool: Tool | undefined): boolean =>
  tool?.annotations.destructive === true

/** An approval with its form, or with what was decided. */
export function approvalForm(view: ApprovalView): Html {
  const { approval, tool, nowMs } = view
  const { approvalId, executionId, status, createdAtMs, expiresAtMs } = approval
  const isPending = status === 'pending'
  return html`<article class="approval" tabindex="-1" id="${approvalId}" data-key="${approvalId}" data-version="${status}"
data-approval="${approval.tool}" aria-labelledby="${approvalId}-title">
<h2 id="${approvalId}-title"><code>${shownText(approval.tool)}</code>
${isDestructive(tool) ? html`<span class="status failed">destructive</span>` : nothing}
${isPending ? nothing : html`<span class="status ${status}">${status}</span>`}</h2>
<p class="facts"><a href="/console/executions/${executionId}">execution</a>
<span>asked ${instant(createdAtMs)}</span>
${isPending ? html`<span>expires in ${remaining(expiresAtMs, nowMs)}</span>` : nothing}</p>
${tool === undefined || tool.description === '' ? nothing : html`<p class="about">${shownText(tool.description)}</p>`}
${isPending && view.mayDecide ? decisionForm(view) : shown(approval)}</article>`
}

/** What is asked, and what came of it, without a way to decide. */
function shown({ input, originalInput, reason, answer, decidedBy }: Approval): Html {
  const facts: [name: string, text: string | undefined][] = [
    ['decided by', decidedBy],
    ['reason', reason],
    ['answer', answer],
  ]
  return html`${valueTree(input)}
${originalInput === undefined ? nothing : html`<p>It was asked with</p>${valueTree(originalInput)}`}
<dl>${facts
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => html`<dt>${name}</dt><dd>${shownText(text as string)}</dd>`)}</dl>`
}

function decisionForm({ approval, tool, next, refused }: ApprovalView): Html {
  const { approvalId, input, sessionId } = approval
  const given = refused?.given
  return html`<form method="post" action="/console/approvals/${approvalId}" class="decision">
<input type="hidden" name="next" value="${next}">
${refused === undefined ? nothing : html`<p class="fault" role="alert">${refused.message}</p>`}
${tool?.answer === undefined ? editable(tool, approvalId, input, given) : question(tool, approval, given)}
<div class="field"><label for="${approvalId}-reason">Reason <span class="beside">optional, told to the program</span></label>
<input id="${approvalId}-reason" name="reason" value="${given?.get('reason') ?? ''}" maxlength="1000" autocomplete="off"></div>
${
  sessionId === undefined || tool?.answer !== undefined
    ? nothing
    : html`<label class="check"><input type="checkbox" name="remember" value="session"> Do not ask again for this tool in this session</label>`
}
${
  isDestructive(tool)
    ? html`<label class="check"><input type="checkbox" name="confirmed" value="yes" data-confirm> It cannot be undone, and I have read it</label>`
    : nothing
}
<div class="actions"><button name="decision" value="approve" data-approve>Approve</button>
<button name="decision" value="reject" class="danger" data-reject>Reject</button></div></form>`
}

function editable(
  tool: Tool | undefined,
  id: string,
  input: unknown,
  given: URLSearchParams | undefined,
): Html {
  const length = (JSON.stringify(input) ?? '').length
  if (length > MAX_FORM) {
    return html`${valueTree(input)}
<p class="fault">It is too long to be shown and edited here: ${length} characters of JSON. <code>latchd approvals --json</code> has all of it.</p>`
  }
  const fields = tool && fieldsOf(tool, input)
  return inputFields({ fields, input, given, id })
}

/** A tool that only asks: what it asks stays as it is. */
function question(tool: Tool, { approvalId, input }: Approval, given?: URLSearchParams): Html {
  const texts = isRecord(input) ? Object.values(input) : [input]
  const isPlain = texts.every(text => typeof text === 'string')
  const asked = isPlain
    ? html`${texts.map(text => html`<p class="asked">${shownText(String(text))}</p>`)}`
    : valueTree(input)
  if (!tool.needsAnswer) return asked
  return html`${asked}<div class="field"><label for="${approvalId}-answer">Answer</label>
<textarea id="${approvalId}-answer" name="answer" rows="2">
${given?.get('answer') ?? ''}</textarea></div>`
}
