/** What the client of a request can do, as it says with the request or at its start. */

import {
  CLIENT_CAPABILITIES_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { isRecord } from '../../../protocol/tool/schema.ts'

/** The extension by which executions are tasks. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks'

/** The abilities that matter here. */
export interface ClientAbilities {
  /** Whether the request speaks the revision without sessions. */
  readonly isModern: boolean
  readonly hasTasks: boolean
  /** Whether a person can be asked by a form. */
  readonly canElicit: boolean
}

/** Reads the abilities of the client of a request. */
export function abilitiesOf(server: Server, { mcpReq }: ServerContext): ClientAbilities {
  const { envelope } = mcpReq
  const isModern = envelope !== undefined
  const capabilities: unknown = isModern
    ? (envelope as Record<string, unknown>)[CLIENT_CAPABILITIES_META_KEY]
    : server.getClientCapabilities()
  const { elicitation, extensions } = isRecord(capabilities) ? capabilities : {}
  return {
    isModern,
    hasTasks: isModern && isRecord(extensions) && isRecord(extensions[TASKS_EXTENSION]),
    // An empty object is a form.
    canElicit:
      isRecord(elicitation) && (elicitation.form !== undefined || elicitation.url === undefined),
  }
}
