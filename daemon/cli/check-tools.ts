/** Whether the tools can be called, and what of their schemas is not enforced. */

import type { LoadedConfig } from '../config/config.ts'
import { configuredTools } from '../tools/configured-tools.ts'
import { openClient } from './client.ts'
import type { Finding } from './doctor.ts'
import { oneLine } from './refusal.ts'

/** Longer than any daemon takes that is well. */
const ANSWER_MS = 5000

/** Asks the daemon for its tools; when there is none, loads what it would load. */
export async function checkTools(config: LoadedConfig): Promise<Finding[]> {
  const client = await openClient(config, {
    fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) }),
  })
  try {
    return findings(await client.tools())
  } catch {
    // Whether a daemon should answer, the check of the address says.
    return await checkModules(config)
  }
}

async function checkModules(config: LoadedConfig): Promise<Finding[]> {
  if (config.tools.length === 0) return []
  const left: Finding[] = []
  try {
    const onWarning = (text: string) => void left.push({ status: 'warn', text })
    return [...findings(await configuredTools(config, { onWarning })), ...left]
  } catch (error) {
    return [{ status: 'fail', text: oneLine(error) }]
  }
}

function findings(tools: readonly { readonly warnings?: readonly string[] }[]): Finding[] {
  const warnings = tools.flatMap(({ warnings = [] }) => warnings)
  const count = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`
  return [
    { status: 'ok', text: count },
    ...warnings.map((text): Finding => ({ status: 'warn', text })),
  ]
}
