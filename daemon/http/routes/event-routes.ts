/** The stream of events of all executions of a caller. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { ExecutionEvent } from '../../../protocol/execution/events.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { sendEvents } from '../event-stream.ts'

const eventsRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/events',
  operationId: 'streamAllEvents',
  summary: "What happens in all executions of the token, or with the scope admin in everybody's",
  responses: {
    200: {
      description:
        'Events from now on, until the client leaves or is 10 000 events behind; an `id` is the place in the stream of its own execution',
      content: { 'text/event-stream': { schema: ExecutionEvent } },
    },
  },
})

/** Adds `GET /v1/events`, a stream of server-sent events. */
export function addEventRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { executions }: RouteDependencies,
): void {
  app.openapi(eventsRoute, async context => {
    const caller = context.get('caller')
    return sendEvents(context, await executions.allEvents(caller))
  })
}
