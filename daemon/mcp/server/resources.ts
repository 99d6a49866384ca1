/** Executions and files as resources: `latchd://executions/{id}`, `latchd://files/{id}`. */

import {
  type ListResourcesResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  type Server,
} from '@modelcontextprotocol/server'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Latchd } from '../../../sdk/latchd.ts'
import { FILES } from './answer.ts'
import type { McpBackend } from './backend.ts'

const EXECUTIONS = 'latchd://executions/'
/** A list has this many of the newest executions; each of all is read by its id. */
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
      {
        uriTemplate: `${FILES}{fileId}`,
        name: 'file',
        description: 'A file that a program gave out, or that was sent',
      },
    ],
  }))
  server.setRequestHandler('resources/read', async ({ params }): Promise<ReadResourceResult> => {
    const { uri } = params
    try {
      if (uri.startsWith(FILES)) return { contents: [await fileContents(client, uri)] }
      if (!uri.startsWith(EXECUTIONS)) throw new ResourceNotFoundError(uri)
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

/** Larger files are to be fetched over HTTP. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

async function fileContents({ files }: Latchd, uri: string) {
  const blob = await files.download(uri.slice(FILES.length))
  const mimeType = blob.type === '' ? 'application/octet-stream' : blob.type
  if (blob.size > MAX_FILE_BYTES) {
    const message = `The file has ${blob.size} bytes, and a resource at most ${MAX_FILE_BYTES}: GET /v1/files gives it`
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message)
  }
  if (/^text\/|\bjson\b/.test(mimeType)) return { uri, mimeType, text: await blob.text() }
  const bytes = Buffer.from(await blob.arrayBuffer())
  return { uri, mimeType, blob: bytes.toString('base64') }
}
