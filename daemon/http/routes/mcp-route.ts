/** `/mcp`: the Model Context Protocol over streamable HTTP. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'

/** Adds `/mcp`. What its requests may do is checked by the API, which they are turned into. */
export function addMcpRoute(app: OpenAPIHono<HttpEnvironment>, deps: RouteDependencies): void {
  app.on(['POST', 'GET', 'DELETE'], '/mcp', context =>
    deps.mcpEndpoint.handle(context, (request, environment) => app.fetch(request, environment)),
  )
}
