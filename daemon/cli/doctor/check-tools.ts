/** Whether the tools can be called, and which parts of their schemas are not enforced. */

import type { LoadedConfig } from '../../config/config.ts'
import { configuredTools } from '../../tools/configured-tools.ts'
import { openClient } from '../client.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Longer than a healthy daemon takes. */
const ANSWER_MS = 5000

/** The tools of the daemon, when one answers, and those that the configured modules export. */
export async function checkTools(config: LoadedConfig): Promise<Finding[]> {
  const ofDaemon = await checkDaemon(config)
  const ofModules = await checkModules(config)
  // A daemon that has loaded the same modules has the same warnings.
  const isNew = ({ status, text }: Finding) =>
    status !== 'warn' || !ofDaemon.some(finding => finding.text === text)
  return [...ofDaemon, ...ofModules.filter(isNew)]
}

async function checkDaemon(config: LoadedConfig): Promise<Finding[]> {
  const client = await openClient(config, ANSWER_MS)
  try {
    return findings(await client.tools(), 'of the daemon')
  } catch {
    // The check of the address reports whether a daemon should answer.
    return []
  }
}

async function checkModules(config: LoadedConfig): Promise<Finding[]> {
  if (config.tools.length === 0) return []
  const left: Finding[] = []
  try {
    const onWarning = (text: string) => void left.push({ status: 'warn', text })
    return [...findings(await configuredTools(config, { onWarning }), 'configured'), ...left]
  } catch (error) {
    return [{ status: 'fail', text: oneLine(error) }]
  }
}

function findings(
  tools: readonly { readonly warnings?: readonly string[] }[],
  whose: string,
): Finding[] {
  const warnings = tools.flatMap(({ warnings = [] }) => warnings)
  const count = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`
  return [
    { status: 'ok', text: `${count} ${whose}` },
    ...warnings.map((text): Finding => ({ status: 'warn', text })),
  ]
}
