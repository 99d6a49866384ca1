/** Routes by which callers send, read and remove files. Bytes are streamed, and never kept here. */

import { Readable } from 'node:stream'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { MAX_FILE_NAME } from '../../../executor/files/file-operations.ts'
import { type FileRecord, factsOf } from '../../../executor/files/file-record.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { CallerShares } from '../../auth/caller-shares.ts'
import { MAX_UPLOAD_BYTES } from '../../files/file-service.ts'
import { readRange } from '../byte-range.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { actorOf } from '../middleware/actor.ts'
import { fileHeaders, json, located, problems } from '../responses.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const UploadedFile = z
  .strictObject({
    fileId: z.string(),
    name: z.string().describe('A label, without path'),
    type: z.string().describe('MIME type; empty when it is not known'),
    size: z.int().nonnegative().describe('In bytes'),
    sha256: z.string().describe('Of the bytes, in hex'),
    lastModified: z.number().describe('Epoch milliseconds'),
  })
  .meta({ id: 'UploadedFile' })

const bytes = { schema: z.any().openapi({ type: 'string', format: 'binary' }) }

const uploadRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/files',
  operationId: 'uploadFile',
  summary: 'Send a file: the body as it is, its type in `Content-Type`',
  request: {
    query: z.object({
      name: z
        .string()
        .max(4 * MAX_FILE_NAME)
        .optional()
        .describe('What it is called'),
      transfer: z
        .enum(['true', 'false'])
        .optional()
        .describe('Whether it is for the answer of a call, which takes it over'),
    }),
    body: { content: { 'application/octet-stream': bytes }, required: true },
  },
  responses: {
    201: located(json(UploadedFile, 'The file; `Location` says where it is')),
    ...problems(400, 413, 415, 507),
  },
})

const downloadRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/files/{id}',
  operationId: 'downloadFile',
  summary: 'The bytes of a file, or a range of them',
  request: { params },
  responses: {
    200: {
      description: 'The file',
      headers: fileHeaders(),
      content: { 'application/octet-stream': bytes },
    },
    206: {
      description: 'The range',
      headers: fileHeaders(true),
      content: { 'application/octet-stream': bytes },
    },
    304: { description: 'It is the one of the `ETag`', headers: fileHeaders() },
    ...problems(404, 416),
  },
})

const deleteRoute = callerRoute('execute', {
  method: 'delete',
  path: '/v1/files/{id}',
  operationId: 'deleteFile',
  summary: 'Remove a file',
  request: { params },
  responses: { 204: { description: 'Removed' }, ...problems(404, 409) },
})

/** Adds the route of signed links, which need no token: before tokens are read. */
export function addLinkedFileRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { files, links }: RouteDependencies,
): void {
  app.get('/v1/files/:id', async (context, next) => {
    const { expires, signature } = context.req.query()
    if (expires === undefined || signature === undefined) return await next()
    const fileId = context.req.param('id')
    if (!links.isValid(fileId, expires, signature)) {
      throw new LatchdError('FORBIDDEN', 'The link has expired, or was not made here')
    }
    return sendFile(context, files, await files.linked(fileId))
  })
}

/** Adds the routes that take, give and remove files: before bodies are read whole. */
export function addFileRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { files, executions, audit }: RouteDependencies,
  shares: CallerShares,
): void {
  app.openapi(uploadRoute, async context => {
    const caller = context.get('caller')
    const { name, transfer } = context.req.valid('query')
    const { req } = context
    const length = Number(req.header('content-length') ?? 0)
    if (length > MAX_UPLOAD_BYTES) throw tooLarge()
    const encoding = req.header('content-encoding') ?? 'identity'
    if (encoding !== 'identity') {
      const message = `Cannot read a body with content-encoding ${encoding}`
      throw new LatchdError('UNSUPPORTED_MEDIA_TYPE', message)
    }
    const upload = {
      name,
      type: req.header('content-type') ?? '',
      isTransfer: transfer === 'true',
    }
    const chunks = counted(req.raw.body, shares.passing(caller))
    const record = await files.upload(chunks, upload, caller)
    const { name: kept = 'file', ...facts } = factsOf(record)
    return context.json({ ...facts, name: kept }, 201, { location: `/v1/files/${facts.fileId}` })
  })

  app.openapi(downloadRoute, async context => {
    const record = await files.find(context.req.valid('param').id, context.get('caller'))
    return sendFile(context, files, record) as never
  })

  app.openapi(deleteRoute, async context => {
    const caller = context.get('caller')
    const { id: fileId } = context.req.valid('param')
    const record = await files.find(fileId, caller)
    const { executionId } = record
    if (executionId !== undefined) {
      const execution = await executions.get(executionId, caller).catch(() => undefined)
      if (execution !== undefined && !isEnded(execution)) {
        const message = `Cannot remove file ${fileId}: its execution ${executionId} goes on`
        throw new LatchdError('CONFLICT', message)
      }
    }
    await files.remove(record)
    audit.record({ event: 'file-removed', ...actorOf(context), fileId })
    return context.body(null, 204)
  })
}

/** The chunks of a body, each counted. */
async function* counted(
  body: ReadableStream<Uint8Array> | null,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  if (body === null) return
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    count(chunk.byteLength)
    yield chunk
  }
}

/** Answers with a file: as an attachment that no browser shows as a page. */
function sendFile(
  { req }: Context<HttpEnvironment>,
  files: RouteDependencies['files'],
  record: FileRecord,
): Response {
  const { size, sha256, type, name = 'file', lastModified } = record
  const etag = `"${sha256}"`
  const headers: Record<string, string> = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': type === '' ? 'application/octet-stream' : type,
    'content-disposition': `attachment; filename*=UTF-8''${encodedName(name)}`,
    'last-modified': new Date(Math.min(lastModified, MAX_DATE_MS)).toUTCString(),
  }
  if (matches(req.header('if-none-match'), etag)) {
    return new Response(null, { status: 304, headers })
  }
  const ifRange = req.header('if-range')
  const isCurrent = ifRange === undefined || ifRange === etag
  const range = isCurrent ? readRange(req.header('range'), size) : undefined
  if (range === 'unsatisfiable') {
    const message = `Cannot read ${req.header('range')} of a file of ${size} bytes`
    throw new LatchdError('RANGE_NOT_SATISFIABLE', message)
  }
  const { from, to } = range ?? { from: 0, to: size }
  headers['content-length'] = String(to - from)
  if (range !== undefined) headers['content-range'] = `bytes ${from}-${to - 1}/${size}`
  const status = range === undefined ? 200 : 206
  if (req.method === 'HEAD' || to === from) return new Response(null, { status, headers })
  const body = Readable.toWeb(files.read(record, from, to)) as unknown as ReadableStream
  return new Response(body, { status, headers })
}

/** The latest instant that a date has. */
const MAX_DATE_MS = 8.64e15

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some(one => one.trim().replace(/^W\//, '') === etag || one.trim() === '*') ??
  false

/** A name as RFC 8187 writes it. */
const encodedName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

function tooLarge(): LatchdError {
  const message = `Cannot store the file: more than ${MAX_UPLOAD_BYTES} bytes`
  return new LatchdError('PAYLOAD_TOO_LARGE', message)
}
