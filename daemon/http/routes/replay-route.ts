/** The route that replays an execution. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Replay, ReplayBody } from '../../../protocol/execution/replay.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { json, problems } from '../responses.ts'

const replayRoute = callerRoute('read', {
  method: 'post',
  path: '/v1/executions/{id}/replay',
  operationId: 'replayExecution',
  summary: 'Run an execution again from its journal, without calling any tool',
  request: {
    params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) }),
    body: { content: { 'application/json': { schema: ReplayBody } }, required: false },
  },
  responses: {
    200: json(Replay, 'What came of it'),
    ...problems(400, 404, 409, 413, 415),
  },
})

/** Adds `POST /v1/executions/{id}/replay`. */
export function addReplayRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { replays }: RouteDependencies,
): void {
  app.openapi(replayRoute, async context => {
    const caller = context.get('caller')
    const { untilCall } = context.req.valid('json')
    const options = { untilCall, signal: context.req.raw.signal }
    return context.json(await replays.replay(context.req.valid('param').id, caller, options), 200)
  })
}
