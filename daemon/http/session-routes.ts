/** Routes about sessions: guest state that is kept between executions. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Session } from '../../protocol/session.ts'
import { pageOf, pageQuery } from './pages.ts'
import type { HttpEnvironment, HttpPowers } from './powers.ts'
import { json, problems, security } from './responses.ts'
import { requireScope } from './tokens.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const createSessionRoute = createRoute({
  method: 'post',
  path: '/v1/sessions',
  summary: 'Make a session; programs run in it with `sessionId`, one at a time',
  security,
  responses: {
    201: json(Session, 'The session; `Location` says where it is'),
    ...problems(401, 403, 507),
  },
})

const listRoute = createRoute({
  method: 'get',
  path: '/v1/sessions',
  summary: 'Sessions, newest first',
  security,
  request: { query: z.object(pageQuery) },
  responses: { 200: json(pageOf(Session, 'SessionList'), 'A page'), ...problems(400, 401, 403) },
})

const getRoute = createRoute({
  method: 'get',
  path: '/v1/sessions/{id}',
  summary: 'How a session stands',
  security,
  request: { params },
  responses: { 200: json(Session, 'The session'), ...problems(401, 403, 404) },
})

const deleteRoute = createRoute({
  method: 'delete',
  path: '/v1/sessions/{id}',
  summary: 'Forget a session with its state',
  security,
  request: { params },
  responses: { 204: { description: 'Forgotten' }, ...problems(401, 403, 404, 409) },
})

export function addSessionRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { sessions }: HttpPowers,
): void {
  app.openapi(createSessionRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    const session = await sessions.create(caller)
    return context.json(session, 201, { location: `/v1/sessions/${session.sessionId}` })
  })

  app.openapi(listRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { after, limit } = context.req.valid('query')
    const page = await sessions.list({ after, limit }, caller)
    return context.json({ ...page, data: [...page.data] }, 200)
  })

  app.openapi(getRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    return context.json(await sessions.get(context.req.valid('param').id, caller), 200)
  })

  app.openapi(deleteRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    await sessions.remove(context.req.valid('param').id, caller)
    return context.body(null, 204)
  })
}
