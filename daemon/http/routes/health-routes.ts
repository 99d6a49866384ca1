/** Routes for monitoring. They show nothing of executions and need no token. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { LatchdError } from '../../../protocol/errors.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { json, problems } from '../responses.ts'

const Status = z.strictObject({ status: z.literal('ok') })

const liveRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'checkLiveness',
  summary: 'Whether the daemon lives',
  security: [],
  responses: { 200: json(Status, 'It lives') },
})

const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'checkReadiness',
  summary: 'Whether the daemon takes executions',
  security: [],
  responses: { 200: json(Status, 'It does'), ...problems(503, 507) },
})

/** Adds `GET /healthz` and `GET /readyz`. */
export function addHealthRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { executions, store }: RouteDependencies,
): void {
  app.openapi(liveRoute, context => context.json({ status: 'ok' as const }, 200))
  app.openapi(readyRoute, async context => {
    if (executions.isDraining) throw new LatchdError('DRAINING', 'The daemon is stopping')
    await store.checkRoom()
    return context.json({ status: 'ok' as const }, 200)
  })
}
