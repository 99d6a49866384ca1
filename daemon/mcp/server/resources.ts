/** Executions as resources: `latchd://executions/{id}`. */

import {
  type ListResourcesResult,
  type ReadResourceResult,
  ResourceNotFoundError,
  type Server,
} from '@modelcontextprotocol/server'
import { LatchdError } from '../../../protocol/errors.ts'
import type { McpBackend } from './backend.ts'

const EXECUTIONS = 'latchd://executions/'
/** Of so many of the newest executions a list tells; each is read by its id. */
const MAX_LISTED = 20

/** Adds the requests about resources to a server. */
export function addResources(server: Server, { client }: McpBackend): void {
  server.setRequestHandler('resources/list', async (): Promise<ListResourcesResult> => {
    const { data } = await client.list({ limit: MAX_LISTED })
    return {
      resources: data.map(({ executionId, status, createdAtMs }) => ({
        uri: `${EXECUTIONS}${executionId}`,
        name: executionId,
        description: `An execution, ${status}, accepted ${new Date(createdAtMs).toISOString()}`,
        mimeType: 'application/json',
      })),
    }
  })
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [
      {
        uriTemplate: `${EXECUTIONS}{executionId}`,
        name: 'execution',
        description: 'An execution as it stands: output, logs, error, calls, usage',
        mimeType: 'application/json',
      },
    ],
  }))
  server.setRequestHandler('resources/read', async ({ params }): Promise<ReadResourceResult> => {
    const { uri } = params
    if (!uri.startsWith(EXECUTIONS)) throw new ResourceNotFoundError(uri)
    try {
      const execution = await client.get(uri.slice(EXECUTIONS.length))
      return {
        contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(execution) }],
      }
    } catch (error) {
      const isUnknown =
        error instanceof LatchdError && ['NOT_FOUND', 'INVALID_REQUEST'].includes(error.code)
      if (isUnknown) throw new ResourceNotFoundError(uri)
      throw error
    }
  })
}
