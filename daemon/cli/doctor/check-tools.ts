/** Whether the tools can be called, and what of their schemas is not enforced. */

import type { LoadedConfig } from '../../config/config.ts'
import { configuredTools } from '../../tools/configured-tools.ts'
import { openClient } from '../client.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Longer than any daemon takes that is well. */
const ANSWER_MS = 5000

/** What the daemon has, when one answers, and what the configured modules give when they are loaded. */
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
    // Whether a daemon should answer, the check of the address says.
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
