/** The route that makes links to files, for clients that have no token. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { DEFAULT_LINK_MS, MAX_LINK_MS } from '../../files/links.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { actorOf, incomingOf } from '../middleware/actor.ts'
import { json, problems } from '../responses.ts'

const FileLinkBody = z
  .strictObject({
    expiresMs: z
      .int()
      .min(1)
      .max(MAX_LINK_MS)
      .default(DEFAULT_LINK_MS)
      .describe('How long it works, in milliseconds'),
  })
  .meta({ id: 'FileLinkBody' })

const linkRoute = callerRoute('read', {
  method: 'post',
  path: '/v1/files/{id}/link',
  operationId: 'linkFile',
  summary: 'Make a link to a file that needs no token, and expires',
  request: {
    params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) }),
    body: { content: { 'application/json': { schema: FileLinkBody } }, required: true },
  },
  responses: {
    200: json(z.strictObject({ url: z.string() }), 'The link'),
    ...problems(400, 404, 413, 415),
  },
})

/** Adds `POST /v1/files/{id}/link`. */
export function addFileLinkRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { files, links, proxies, audit }: RouteDependencies,
): void {
  app.openapi(linkRoute, async context => {
    const { fileId } = await files.find(context.req.valid('param').id, context.get('caller'))
    const { expiresMs } = context.req.valid('json')
    const url = new URL(`/v1/files/${fileId}`, context.req.url)
    // A client that uses another host name comes by a proxy, and proxies have TLS.
    const { host } = proxies.clientOf(incomingOf(context))
    if (host !== undefined) Object.assign(url, { protocol: 'https:', host })
    url.search = links.sign(fileId, expiresMs)
    audit.record({ event: 'file-linked', ...actorOf(context), fileId, expiresMs })
    return context.json({ url: url.href }, 200)
  })
}
