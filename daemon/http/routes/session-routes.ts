/** Routes about sessions: guest state that is kept between executions. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Session } from '../../../protocol/execution/session.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { actorOf } from '../middleware/actor.ts'
import { refuseFields } from '../middleware/json-bodies.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { json, located, problems } from '../responses.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const createSessionRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/sessions',
  operationId: 'createSession',
  summary: 'Make a session; programs run in it with `sessionId`, one at a time',
  responses: {
    201: located(json(Session, 'The session; `Location` says where it is')),
    ...problems(400, 413, 415, 507),
  },
})

const listRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/sessions',
  operationId: 'listSessions',
  summary: 'Sessions, newest first',
  request: { query: z.object(pageQuery) },
  responses: {
    200: json(pageOf(Session, 'SessionList'), 'A page'),
    ...problems(400),
  },
})

const getRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/sessions/{id}',
  operationId: 'getSession',
  summary: 'How a session stands',
  request: { params },
  responses: { 200: json(Session, 'The session'), ...problems(404) },
})

const deleteRoute = callerRoute('execute', {
  method: 'delete',
  path: '/v1/sessions/{id}',
  operationId: 'deleteSession',
  summary: 'Forget a session with its state',
  request: { params },
  responses: { 204: { description: 'Forgotten' }, ...problems(404, 409) },
})

/** Adds the routes that create, list, read and delete sessions. */
export function addSessionRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { sessions, audit }: RouteDependencies,
): void {
  app.openapi(createSessionRoute, async context => {
    const caller = context.get('caller')
    await refuseFields(context.req)
    const session = await sessions.create(caller)
    return context.json(session, 201, { location: `/v1/sessions/${session.sessionId}` })
  })

  app.openapi(listRoute, async context => {
    const caller = context.get('caller')
    const { after, limit } = context.req.valid('query')
    const page = await sessions.list({ after, limit }, caller)
    return context.json({ ...page, data: [...page.data] }, 200)
  })

  app.openapi(getRoute, async context => {
    const caller = context.get('caller')
    return context.json(await sessions.get(context.req.valid('param').id, caller), 200)
  })

  app.openapi(deleteRoute, async context => {
    const caller = context.get('caller')
    const { id: sessionId } = context.req.valid('param')
    await sessions.remove(sessionId, caller)
    audit.record({ event: 'session-removed', ...actorOf(context), sessionId })
    return context.body(null, 204)
  })
}
