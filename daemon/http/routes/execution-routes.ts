/** Routes about executions that were submitted. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { ExecutionEvent } from '../../../protocol/execution/events.ts'
import {
  Execution,
  ExecutionSource,
  ExecutionStatus,
  MAX_WAIT_MS,
} from '../../../protocol/execution/execution.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { sendEvents } from '../event-stream.ts'
import { actorOf } from '../middleware/actor.ts'
import { refuseFields } from '../middleware/json-bodies.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { json, problems } from '../responses.ts'

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })
const waitMs = z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(0)

const getRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/executions/{id}',
  operationId: 'getExecution',
  summary: 'How it stands; with `waitMs`, as soon as it has ended or waits for a person',
  request: { params, query: z.object({ waitMs }) },
  responses: { 200: json(Execution, 'The execution'), ...problems(400, 404) },
})

const sourceRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/executions/{id}/source',
  operationId: 'getExecutionSource',
  summary: 'The program that it runs',
  request: { params },
  responses: { 200: json(ExecutionSource, 'The source'), ...problems(404) },
})

const instant = z.coerce.number().int().min(0).optional()

/** With one of these a page may be shorter than `limit` and have a `nextCursor` all the same. */
const filterQuery = {
  sessionId: z.string().optional().describe('Those of this session'),
  tool: z.string().optional().describe('Those that have called this tool'),
  parent: z.string().optional().describe('Those that calls of this execution have begun'),
  createdFromMs: instant.describe('Those created at this instant or later, epoch milliseconds'),
  createdBeforeMs: instant.describe('Those created before this instant, epoch milliseconds'),
}

const listRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/executions',
  operationId: 'listExecutions',
  summary: 'Executions, newest first',
  request: {
    query: z.object({ status: ExecutionStatus.optional(), ...filterQuery, ...pageQuery }),
  },
  responses: {
    200: json(pageOf(Execution, 'ExecutionList'), 'A page'),
    ...problems(400, 404),
  },
})

const cancelRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/executions/{id}/cancel',
  operationId: 'cancelExecution',
  summary: 'End an execution; one that has ended stays as it is',
  request: { params },
  responses: { 200: json(Execution, 'The ended execution'), ...problems(400, 404, 413, 415) },
})

const retryRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/executions/{id}/retry',
  operationId: 'retryExecution',
  summary: 'Let a stuck execution go on',
  request: { params },
  responses: {
    200: json(Execution, 'The execution as it stands'),
    ...problems(400, 404, 409, 413, 415, 507),
  },
})

const deleteRoute = callerRoute('execute', {
  method: 'delete',
  path: '/v1/executions/{id}',
  operationId: 'deleteExecution',
  summary: 'Forget an ended execution',
  request: { params },
  responses: { 204: { description: 'Forgotten' }, ...problems(404, 409) },
})

const eventsRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/executions/{id}/events',
  operationId: 'streamExecutionEvents',
  summary: 'What happens during an execution, as server-sent events',
  request: {
    params,
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{0,15}$/, 'the number of an event is expected')
        .transform(Number)
        .optional()
        .describe(
          'Go on after the event of this number; 400 when it is not a number, or that of no event of an execution that goes on',
        ),
    }),
  },
  responses: {
    200: {
      description:
        'Events; the stream ends after `execution-ended` or `execution-stuck`. Asked for again after the latter, it goes on as soon as the execution is retried',
      content: { 'text/event-stream': { schema: ExecutionEvent } },
    },
    204: {
      description:
        'The execution has ended, and nothing follows `Last-Event-ID`: an `EventSource` stops here',
    },
    ...problems(400, 404),
  },
})

/** Adds the routes that read, list, cancel, retry, delete and stream executions. */
export function addExecutionRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { executions, files, audit }: RouteDependencies,
): void {
  app.openapi(getRoute, async context => {
    const caller = context.get('caller')
    const { id } = context.req.valid('param')
    return context.json(await executions.get(id, caller, context.req.valid('query').waitMs), 200)
  })

  app.openapi(listRoute, async context => {
    const caller = context.get('caller')
    const { status, after, limit, parent, ...filter } = context.req.valid('query')
    const query = { status, after, limit, filter }
    const page = await (parent === undefined
      ? executions.list(query, caller)
      : executions.nesting.list(parent, query, caller))
    return context.json({ ...page, data: [...page.data] }, 200)
  })

  app.openapi(sourceRoute, async context => {
    const caller = context.get('caller')
    return context.json(await executions.source(context.req.valid('param').id, caller), 200)
  })

  app.openapi(cancelRoute, async context => {
    const caller = context.get('caller')
    await refuseFields(context.req)
    const execution = await executions.cancel(context.req.valid('param').id, caller)
    const { executionId } = execution
    audit.record({ event: 'execution-cancelled', ...actorOf(context), executionId })
    return context.json(execution, 200)
  })

  app.openapi(retryRoute, async context => {
    const caller = context.get('caller')
    await refuseFields(context.req)
    const execution = await executions.retry(context.req.valid('param').id, caller)
    const { executionId } = execution
    audit.record({ event: 'execution-retried', ...actorOf(context), executionId })
    return context.json(execution, 200)
  })

  app.openapi(deleteRoute, async context => {
    const caller = context.get('caller')
    const { id: executionId } = context.req.valid('param')
    await executions.remove(executionId, caller)
    await files.forget(executionId)
    audit.record({ event: 'execution-removed', ...actorOf(context), executionId })
    return context.body(null, 204)
  })

  app.openapi(eventsRoute, async context => {
    const caller = context.get('caller')
    const after = context.req.valid('header')['last-event-id'] ?? 0
    const events = await executions.events(context.req.valid('param').id, caller, after)
    return events === undefined ? context.body(null, 204) : sendEvents(context, events)
  })
}
