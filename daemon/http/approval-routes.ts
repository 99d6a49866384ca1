/** Routes about calls that wait for a person. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Approval, ApprovalStatus, Decision } from '../../protocol/approval.ts'
import { pageOf, pageQuery } from './pages.ts'
import type { HttpEnvironment, HttpPowers } from './powers.ts'
import { json, problems, security } from './responses.ts'
import { requireScope } from './tokens.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const listRoute = createRoute({
  method: 'get',
  path: '/v1/approvals',
  summary: 'Approvals, newest first',
  security,
  request: {
    query: z.object({
      status: ApprovalStatus.optional(),
      executionId: z.string().optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: json(pageOf(Approval, 'ApprovalList'), 'A page'),
    ...problems(400, 401, 403),
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/v1/approvals/{id}',
  summary: 'How an approval stands',
  security,
  request: { params },
  responses: { 200: json(Approval, 'The approval'), ...problems(401, 403, 404) },
})

const decideRoute = createRoute({
  method: 'post',
  path: '/v1/approvals/{id}',
  summary: 'Decide an approval; the same decision once more changes nothing',
  security,
  request: {
    params,
    body: { content: { 'application/json': { schema: Decision } }, required: true },
  },
  responses: {
    200: json(Approval, 'The decided approval'),
    ...problems(400, 401, 403, 404, 409, 507),
  },
})

export function addApprovalRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { approvals }: HttpPowers,
): void {
  app.openapi(listRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { status, executionId, after, limit } = context.req.valid('query')
    const page = await approvals.list({ status, executionId, after, limit }, caller)
    return context.json({ ...page, data: [...page.data] }, 200)
  })

  app.openapi(getRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    return context.json(await approvals.get(context.req.valid('param').id, caller), 200)
  })

  app.openapi(decideRoute, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'approve')
    const { id } = context.req.valid('param')
    return context.json(await approvals.decide(id, context.req.valid('json'), caller), 200)
  })
}
