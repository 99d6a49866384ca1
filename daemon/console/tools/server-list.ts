/** The servers of the Model Context Protocol that the daemon is connected to. */

import { html } from 'hono/html'
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
