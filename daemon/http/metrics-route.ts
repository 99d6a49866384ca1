/** The metrics, for Prometheus. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { HttpEnvironment, HttpPowers } from './powers.ts'
import { problems } from './responses.ts'
import { needs } from './scope.ts'

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics in the text format of Prometheus',
  ...needs('read'),
  responses: {
    200: {
      description: 'The metrics; docs/operations.md tells what they mean',
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems(401, 403, 429),
  },
})

export function addMetricsRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { metrics }: Pick<HttpPowers, 'metrics'>,
): void {
  app.openapi(metricsRoute, async context => {
    const text = await metrics.text()
    return context.text(text, 200, { 'content-type': metrics.registry.contentType })
  })
}
