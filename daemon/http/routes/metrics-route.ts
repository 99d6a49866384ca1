/**
 * The metrics, for Prometheus. The counts are those of the whole daemon, for every caller. Series
 * of tools that the caller may not use are left out, since it may not read their names.
 */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { OTHER_TOOLS } from '../../telemetry/metrics/tool-labels.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'

const metricsRoute = callerRoute('read', {
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics in the text format of Prometheus',
  responses: {
    200: {
      description: 'The metrics; docs/operations.md tells what they mean',
      content: { 'text/plain': { schema: z.string() } },
    },
  },
})

/** The name of a tool in a line of the text format, escaped as there. */
const TOOL_LABEL = /^[^#].*?[{,]tool="((?:[^"\\]|\\.)*)"/

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))

/** Adds `GET /metrics`. */
export function addMetricsRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { metrics }: Pick<RouteDependencies, 'metrics'>,
): void {
  app.openapi(metricsRoute, async context => {
    const caller = context.get('caller')
    const text = await metrics.text()
    const visible = text.split('\n').filter(line => {
      const tool = TOOL_LABEL.exec(line)?.[1]
      return tool === undefined || tool === OTHER_TOOLS || caller.mayUse(unescaped(tool))
    })
    return context.text(visible.join('\n'), 200, { 'content-type': metrics.registry.contentType })
  })
}
