/** The list of tools, and one tool with a form that tries it. */

import { html } from 'hono/html'
import type { Tool } from '../../../protocol/tool/tool.ts'
import type { McpServerFacts } from '../../mcp/client/servers.ts'
import type { FailedCall } from '../../telemetry/last-errors.ts'
import { type Html, nothing } from '../page.ts'
import type { Field } from '../schema-form/fields.ts'
import { inputFields } from '../schema-form/form-view.ts'
import { durationText, instant, shownText } from '../texts.ts'
import { serverList } from './server-list.ts'
import type { ToolRecord } from './tool-latencies.ts'

/** The path of one tool: its name may be any text. */
export const toolPath = (name: string): string =>
  `/console/tools/tool?name=${encodeURIComponent(name)}`

/** The tools by their namespaces. */
export function toolsPage(
  tools: readonly Tool[],
  records: ReadonlyMap<string, ToolRecord>,
  prompt: string,
  servers: readonly McpServerFacts[],
): Html {
  const groups = Map.groupBy(tools, ({ namespace = '' }) => namespace)
  return html`<h1>Tools</h1><p class="beside">What your programs may call.</p>
${[...groups].map(
  ([
    namespace,
    list,
  ]) => html`<section>${namespace === '' ? nothing : html`<h2>${shownText(namespace)}</h2>`}
<div class="wide" tabindex="0" role="group" aria-label="Tools ${namespace}"><table><thead><tr><th scope="col">Tool</th><th scope="col">What it does</th>
<th scope="col" class="number">Calls</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Mean</th></tr></thead>
<tbody>${list.map(tool => row(tool, records.get(tool.name)))}</tbody></table></div></section>`,
)}
${serverList(servers)}
<details><summary>Declarations for a prompt</summary><pre tabindex="0">${shownText(prompt)}</pre></details>`
}

function row(tool: Tool, record: ToolRecord | undefined): Html {
  const { name, description } = tool
  return html`<tr><td><a href="${toolPath(name)}"><code>${shownText(name)}</code></a> ${marks(tool)}</td>
<td>${shownText(description.split('\n', 1)[0] ?? '')}</td><td class="number">${record?.calls ?? ''}</td>
<td class="number">${record?.failed ?? ''}</td><td class="number">${record === undefined ? '' : durationText(record.meanMs)}</td></tr>`
}

function marks({ annotations, approvalRule, answer, isOfClient }: Tool): Html {
  const words = [
    annotations.destructive === true ? 'destructive' : undefined,
    annotations.readOnly === true ? 'reads only' : undefined,
    annotations.idempotent === true ? 'idempotent' : undefined,
    approvalRule !== undefined || answer !== undefined ? 'asks a person' : undefined,
    isOfClient === true ? 'of a client' : undefined,
  ].filter(word => word !== undefined)
  return html`${words.map(word => html`<span class="status">${word}</span> `)}`
}

/** What the page of one tool shows. */
export interface ToolView {
  readonly tool: Tool
  readonly declaration: string
  readonly record: ToolRecord | undefined
  /** Of executions that the caller sees, the newest first. */
  readonly errors: readonly FailedCall[]
  readonly mayExecute: boolean
  readonly fields: readonly Field[] | undefined
  /** What was sent, and why it was not taken. */
  readonly refused?: { readonly given: URLSearchParams; readonly message: string }
}

/** One tool. */
export function toolPage({
  tool,
  declaration,
  record,
  errors,
  mayExecute,
  fields,
  refused,
}: ToolView): Html {
  const { name, description, inputSchema, outputSchema, warnings = [] } = tool
  const schema = (title: string, value: unknown) =>
    value === undefined
      ? nothing
      : html`<details><summary>${title}</summary><pre tabindex="0">${shownText(JSON.stringify(value, null, 2))}</pre></details>`
  return html`<h1><code>${shownText(name)}</code> ${marks(tool)}</h1>
<p class="message">${shownText(description)}</p>
${record === undefined ? nothing : html`<p class="facts"><span>${record.calls} calls</span><span>${record.failed} without a value</span><span>mean ${durationText(record.meanMs)}</span><a href="/?tool=${encodeURIComponent(name)}">executions that called it</a></p>`}
${lastErrors(errors)}<pre tabindex="0">${shownText(declaration)}</pre>
${schema('Schema of its input', inputSchema)}${schema('Schema of its output', outputSchema)}
${warnings.length === 0 ? nothing : html`<ul class="fault">${warnings.map(text => html`<li>${shownText(text)}</li>`)}</ul>`}
${mayExecute ? tryForm(tool, fields, refused) : nothing}`
}

function lastErrors(errors: readonly FailedCall[]): Html {
  if (errors.length === 0) return nothing
  const rows = errors.map(
    ({ executionId, callId, atMs, text }) =>
      html`<li>${instant(atMs)} <a href="/console/executions/${executionId}#${callId}">${shownText(text)}</a></li>`,
  )
  return html`<h2>Its last errors</h2><ul class="fault">${rows}</ul>`
}

function tryForm(
  tool: Tool,
  fields: readonly Field[] | undefined,
  refused: ToolView['refused'],
): Html {
  const isList = tool.inputForm === 'list'
  const empty = isList ? [] : fields === undefined ? {} : undefined
  return html`<h2>Try it</h2>
<p class="beside">A program calls it once, for real${tool.annotations.readOnly === true ? '' : ': what it does is done'}.${isList ? ' Its arguments are a JSON list.' : ''}</p>
${refused === undefined ? nothing : html`<p class="fault" role="alert">${refused.message}</p>`}
<form method="post" action="${toolPath(tool.name)}">${inputFields({ fields, input: empty, given: refused?.given, id: 'try' })}
<div class="actions"><button class="primary">Call it</button></div></form>`
}
