/** Routes about calls that wait for a person. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Approval, ApprovalStatus, Decision } from '../../../protocol/approval.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { actorOf } from '../middleware/actor.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { json, problems } from '../responses.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const listRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/approvals',
  operationId: 'listApprovals',
  summary: 'Approvals, newest first',
  request: {
    query: z.object({
      status: ApprovalStatus.optional(),
      executionId: z.string().optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: json(pageOf(Approval, 'ApprovalList'), 'A page'),
    ...problems(400),
  },
})

const getRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/approvals/{id}',
  operationId: 'getApproval',
  summary: 'How an approval stands',
  request: { params },
  responses: { 200: json(Approval, 'The approval'), ...problems(404) },
})

const decideRoute = callerRoute('approve', {
  method: 'post',
  path: '/v1/approvals/{id}',
  operationId: 'decideApproval',
  summary: 'Decide an approval; the same decision once more changes nothing',
  request: {
    params,
    body: { content: { 'application/json': { schema: Decision } }, required: true },
  },
  responses: {
    200: json(Approval, 'The decided approval'),
    ...problems(400, 404, 409, 413, 415, 507),
  },
})

/** Adds the routes that list, read and decide approvals. */
export function addApprovalRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { approvals, audit }: RouteDependencies,
): void {
  app.openapi(listRoute, async context => {
    const caller = context.get('caller')
    const { status, executionId, after, limit } = context.req.valid('query')
    const page = await approvals.list({ status, executionId, after, limit }, caller)
    return context.json({ ...page, data: [...page.data] }, 200)
  })

  app.openapi(getRoute, async context => {
    const caller = context.get('caller')
    return context.json(await approvals.get(context.req.valid('param').id, caller), 200)
  })

  app.openapi(decideRoute, async context => {
    const caller = context.get('caller')
    const { id } = context.req.valid('param')
    const decision = context.req.valid('json')
    const approval = await approvals.decide(id, decision, caller)
    const { approvalId, executionId, tool } = approval
    audit.record({
      event: 'approval-decided',
      ...actorOf(context),
      approvalId,
      executionId,
      tool,
      decision: decision.decision,
      isEdited: decision.args !== undefined,
      isRemembered: decision.remember !== undefined,
    })
    return context.json(approval, 200)
  })
}
