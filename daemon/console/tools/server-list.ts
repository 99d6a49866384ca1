/** The servers of the Model Context Protocol and the documents of OpenAPI whose tools programs call. */

import { html } from 'hono/html'
import type { ApiDocumentFacts } from '../../http-tools/document/api-documents.ts'
import type { McpServerFacts } from '../../mcp/client/servers.ts'
import { type Html, nothing } from '../page.ts'
import { shownText } from '../texts.ts'

/** The servers with their states; nothing when none is configured. */
export function serverList(servers: readonly McpServerFacts[]): Html {
  if (servers.length === 0) return nothing
  const rows = servers.map(
    ({ name, state, reason = '', protocolVersion = '', tools, reconnects }) => html`<tr>
<td><code>${shownText(name)}</code></td>
<td><span class="status ${state === 'connected' ? 'completed' : 'waiting'}">${state}</span> ${shownText(reason)}</td>
<td>${shownText(protocolVersion)}</td><td class="number">${tools}</td><td class="number">${reconnects}</td></tr>`,
  )
  return html`<section><h2>MCP servers</h2><div class="wide" tabindex="0" role="group" aria-label="MCP servers">
<table><thead><tr><th scope="col">Server</th><th scope="col">State</th><th scope="col">Revision</th>
<th scope="col" class="number">Tools</th><th scope="col" class="number">Reconnects</th></tr></thead>
<tbody data-region="servers">${rows}</tbody></table></div></section>`
}

/** The documents with their states; nothing when none is configured. */
export function documentList(documents: readonly ApiDocumentFacts[]): Html {
  if (documents.length === 0) return nothing
  const rows = documents.map(
    ({ name, state, reason = '', tools, leftOut }) => html`<tr>
<td><code>${shownText(name)}</code></td>
<td><span class="status ${state === 'loaded' ? 'completed' : 'waiting'}">${state}</span> ${shownText(reason)}</td>
<td class="number">${tools}</td><td class="number">${leftOut}</td></tr>`,
  )
  return html`<section><h2>OpenAPI documents</h2><div class="wide" tabindex="0" role="group" aria-label="OpenAPI documents">
<table><thead><tr><th scope="col">Document</th><th scope="col">State</th>
<th scope="col" class="number">Tools</th><th scope="col" class="number">Left out</th></tr></thead>
<tbody data-region="documents">${rows}</tbody></table></div></section>`
}
