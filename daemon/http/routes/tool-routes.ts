/** The route that lists tools. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { inTurns } from '../../../protocol/base/in-turns.ts'
import { WireAnnotations } from '../../../protocol/connect/client-tool.ts'
import { declareTools } from '../../../protocol/tool/declarations.ts'
import { pythonStubs } from '../../../protocol/tool/python/python-stubs.ts'
import { describeTool } from '../../../protocol/tool/tool.ts'
import { callerRoute } from '../caller-route.ts'
import { callerTools } from '../caller-tools.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { problems } from '../responses.ts'

const ToolDescription = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()).optional().describe('JSON Schema'),
    outputSchema: z.record(z.string(), z.unknown()).optional().describe('JSON Schema'),
    annotations: WireAnnotations.optional(),
    warnings: z
      .array(z.string())
      .optional()
      .describe('What of its schemas is not enforced, such as a pattern of another dialect'),
    maxCallsPerExecution: z
      .int()
      .positive()
      .optional()
      .describe('Calls that one execution may make; a further one throws `ToolLimitError` in it'),
    needsApproval: z.literal(true).optional().describe('Its calls may wait for a person'),
    isImported: z.literal(true).optional().describe('Its name was not chosen here'),
    namespace: z.string().optional().describe('Programs find it as a member of this, too'),
  })
  .meta({ id: 'Tool' })

const toolsRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/tools',
  operationId: 'listTools',
  summary: 'The tools that programs of the caller may use',
  request: {
    query: z.object({ format: z.enum(['json', 'typescript', 'python']).default('json') }),
  },
  responses: {
    200: {
      description: 'JSON Schemas, or TypeScript declarations or Python stubs to put into a prompt',
      content: {
        'application/json': { schema: z.strictObject({ data: z.array(ToolDescription) }) },
        'text/plain': { schema: z.string() },
      },
    },
    ...problems(400),
  },
})

/** Adds `GET /v1/tools`, which answers with JSON, TypeScript declarations or Python stubs. */
export function addToolRoutes(app: OpenAPIHono<HttpEnvironment>, deps: RouteDependencies): void {
  app.openapi(toolsRoute, async context => {
    const caller = context.get('caller')
    await deps.sources.listed()
    await deps.connections.learnServed(caller.name)
    const tools = callerTools(deps, caller).tools.map(describeTool)
    const { format } = context.req.valid('query')
    if (format === 'json') return context.json({ data: tools } as never, 200)
    if (format === 'python') return context.text(pythonStubs(tools), 200)
    return context.text(await inTurns(declareTools(tools)), 200)
  })
}
