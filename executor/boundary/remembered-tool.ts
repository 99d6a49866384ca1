/** What a session remembers of a tool that a person does not want to be asked about again. */

import { createHash } from 'node:crypto'
import type { Tool } from '../../protocol/tool/tool.ts'

/**
 * The tool with what a person agreed to: its name, what it takes, and whose it is. A tool of the same
 * name that takes something else, or that a client brings in the place of the daemon's, is asked for.
 */
export function rememberKey({ name, inputSchema, isOfClient }: Tool): string {
  const identity = JSON.stringify([name, isOfClient === true, inputSchema ?? null])
  return `${name} ${createHash('sha256').update(identity).digest('base64url')}`
}
