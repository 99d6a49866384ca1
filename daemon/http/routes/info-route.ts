/** Facts about the daemon, for its callers. */

import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { installedLanguages } from '../../../executor/engine/installed.ts'
import { Language } from '../../../protocol/execution/execution.ts'
import { isolationLevels, protection } from '../../../protocol/execution/isolation.ts'
import type { DaemonInfo } from '../../../sdk/latchd-options.ts'
import { scopes } from '../../auth/tokens.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { json, problems, security } from '../responses.ts'

const Info = z
  .strictObject({
    name: z.literal('latchd'),
    version: z.string(),
    node: z.string().optional().describe('The daemon that answers, of several over one database'),
    runtime: z.strictObject({ node: z.string(), v8: z.string(), icu: z.string() }),
    engine: z.string().describe('The guest engine and its version'),
    languages: z.array(Language).describe('What programs may be written in here'),
    isolation: z
      .enum(isolationLevels)
      .describe('What stands between guests and the daemon, beside the engine'),
    protects: z.string().describe('What that level protects from'),
    workers: z.int(),
    active: z.int().describe('Executions that hold a worker'),
    queued: z.int().describe('Executions that wait for one'),
    uptimeMs: z.number(),
    scopes: z.array(z.enum(scopes)).describe('What the token of the caller may do'),
    mcpServers: z
      .array(
        z.strictObject({
          name: z.string(),
          state: z.enum(['connecting', 'connected', 'unavailable', 'closed']),
          reason: z.string().optional().describe('Why it is unavailable'),
          protocolVersion: z.string().optional().describe('The revision that both speak'),
          tools: z.int().describe('How many of its tools programs have'),
          reconnects: z.int(),
        }),
      )
      .describe('The configured servers of the Model Context Protocol'),
    openapi: z
      .array(
        z.strictObject({
          name: z.string(),
          state: z.enum(['loading', 'loaded', 'unavailable', 'closed']),
          reason: z.string().optional().describe('Why it is unavailable'),
          tools: z.int().describe('How many of its operations programs have'),
          leftOut: z.int().describe('How many could not be taken; the log says why'),
        }),
      )
      .describe('The configured documents of OpenAPI'),
  })
  .meta({ id: 'Info' }) satisfies z.ZodType<DaemonInfo>

const infoRoute = createRoute({
  method: 'get',
  path: '/v1/info',
  operationId: 'getInfo',
  summary: 'Versions and load',
  security,
  responses: { 200: json(Info, 'What this daemon is'), ...problems(401, 403, 429) },
})

/** Adds `GET /v1/info`. */
export function addInfoRoute(app: OpenAPIHono<HttpEnvironment>, deps: RouteDependencies): void {
  const { pool, version, nodeName, engine, startedAtMs, sources } = deps
  app.openapi(infoRoute, context => {
    const { node, v8, icu = '' } = process.versions
    return context.json(
      {
        name: 'latchd' as const,
        version,
        ...(nodeName !== undefined && { node: nodeName }),
        runtime: { node, v8, icu },
        engine,
        languages: installedLanguages(),
        isolation: pool.isolation,
        protects: protection(pool.isolation, process.permission !== undefined),
        workers: pool.workers,
        active: pool.active,
        queued: pool.queued,
        uptimeMs: Date.now() - startedAtMs,
        scopes: [...context.get('caller').scopes],
        mcpServers: [...sources.servers],
        openapi: [...sources.documents],
      },
      200,
    )
  })
}
