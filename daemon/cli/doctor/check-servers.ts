/** Whether the servers of the Model Context Protocol are connected, or could be started. */

import type { McpServerInfo } from '../../../sdk/latchd-options.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { programPath } from '../../mcp/client/program-path.ts'
import type { McpServerSetting } from '../../mcp/client/server-setting.ts'
import { openClient } from '../client.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Longer than a healthy daemon takes. */
const ANSWER_MS = 5000

/**
 * What a daemon says of its servers; without a daemon whether the configured programs are there.
 *
 * @param path the folders in which programs are looked for
 */
export async function checkServers(
  config: LoadedConfig,
  path: string | undefined,
): Promise<readonly Finding[]> {
  const client = await openClient(config, ANSWER_MS)
  try {
    const { mcpServers } = await client.info()
    return mcpServers.map(seen)
  } catch {
    // The check of the address reports whether a daemon should answer.
    return config.mcpServers.map(server => configured(server, path))
  }
}

function seen({ name, state, reason, tools, protocolVersion }: McpServerInfo): Finding {
  if (state === 'connected') {
    const speaks = protocolVersion === undefined ? '' : `, revision ${protocolVersion}`
    return { status: 'ok', text: `${name}: connected, ${tools} tools${speaks}` }
  }
  return { status: 'warn', text: `${name}: ${state}${reason === undefined ? '' : `: ${reason}`}` }
}

function configured({ name, transport }: McpServerSetting, path: string | undefined): Finding {
  if (transport.kind === 'http') {
    return { status: 'ok', text: `${name}: configured at ${new URL(transport.url).origin}` }
  }
  try {
    return { status: 'ok', text: `${name}: configured as ${programPath(transport, path)}` }
  } catch (error) {
    return { status: 'fail', text: `${name}: ${oneLine(error)}` }
  }
}
