/** Whether servers of the Model Context Protocol are connected, and documents of OpenAPI read. */

import { existsSync } from 'node:fs'
import type { ApiDocumentInfo, McpServerInfo } from '../../../sdk/latchd-options.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { isUrl } from '../../http-tools/hosts.ts'
import type { OpenApiSetting } from '../../http-tools/setting.ts'
import { programPath } from '../../mcp/client/program-path.ts'
import type { McpServerSetting } from '../../mcp/client/server-setting.ts'
import { openClient } from '../client.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Longer than a healthy daemon takes. */
const ANSWER_MS = 5000

/**
 * What a daemon says of its servers and documents; without a daemon whether the configured programs
 * and files are there.
 *
 * @param path the folders in which programs are looked for
 */
export async function checkServers(
  config: LoadedConfig,
  path: string | undefined,
): Promise<readonly Finding[]> {
  const client = await openClient(config, ANSWER_MS)
  try {
    const { mcpServers, openapi } = await client.info()
    return [
      ...mcpServers.map(server => seen(server, config.mcpServers)),
      ...openapi.map(document => seenDocument(document, config.openapi)),
    ]
  } catch {
    // The check of the address reports whether a daemon should answer.
    const documents = config.openapi.map(configuredDocument)
    return [...config.mcpServers.map(server => configured(server, path)), ...documents]
  }
}

function seen(
  { name, state, reason, tools, protocolVersion }: McpServerInfo,
  settings: readonly McpServerSetting[],
): Finding {
  if (state === 'connected') {
    const speaks = protocolVersion === undefined ? '' : `, revision ${protocolVersion}`
    return { status: 'ok', text: `${name}: connected, ${tools} tools${speaks}` }
  }
  const transport = settings.find(one => one.name === name)?.transport
  const place = transport?.kind === 'stdio' ? transport.command : undefined
  return { status: 'warn', text: awayText(name, state, reason, place) }
}

/** @param place the daemon gives no path of its host, but the configuration here has it */
function awayText(name: string, state: string, reason?: string, place?: string): string {
  const why = reason === undefined ? '' : `: ${reason}`
  return `${name}: ${state}${why}${place === undefined ? '' : ` (configured as ${place})`}`
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

function seenDocument(
  { name, state, reason, tools, leftOut }: ApiDocumentInfo,
  settings: readonly OpenApiSetting[],
): Finding {
  if (state !== 'loaded') {
    const { document = '' } = settings.find(one => one.name === name) ?? {}
    // A URL may have a secret, and the reason names its host.
    const place = document === '' || isUrl(document) ? undefined : document
    return { status: 'warn', text: awayText(name, state, reason, place) }
  }
  const left = leftOut === 0 ? '' : `, ${leftOut} left out: see the log`
  return { status: leftOut === 0 ? 'ok' : 'warn', text: `${name}: loaded, ${tools} tools${left}` }
}

function configuredDocument({ name, document }: OpenApiSetting): Finding {
  if (isUrl(document)) {
    return { status: 'ok', text: `${name}: configured at ${new URL(document).origin}` }
  }
  return existsSync(document)
    ? { status: 'ok', text: `${name}: configured as ${document}` }
    : { status: 'fail', text: `${name}: the file ${document} is not there` }
}
