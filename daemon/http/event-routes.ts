/** What happens in all executions of a caller. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { ExecutionEvent } from '../../protocol/events.ts'
import { sendEvents } from './event-stream.ts'
import type { HttpEnvironment, HttpPowers } from './powers.ts'
import { problems, security } from './responses.ts'
import { requireScope } from './tokens.ts'

const eventsRoute = createRoute({
  method: 'get',
  path: '/v1/events',
  summary: "What happens in all executions of the token, or with the scope admin in everybody's",
  security,
  responses: {
    200: {
      description:
        'Events from now on, until the client leaves or is 10 000 events behind; an `id` is the place in the stream of its own execution',
      content: { 'text/event-stream': { schema: ExecutionEvent } },
    },
    ...problems(401, 403),
  },
})

export function addEventRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { executions }: HttpPowers,
): void {
  app.openapi(eventsRoute, context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    return sendEvents(context, executions.allEvents(caller))
  })
}
