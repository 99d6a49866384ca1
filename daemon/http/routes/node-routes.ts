/** The daemons that share a store, for operators. */

import { hostname } from 'node:os'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { DaemonNodes } from '../../../sdk/daemon-nodes.ts'
import type { DaemonRow } from '../../store/sharing.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { json, problems } from '../responses.ts'

const Node = z
  .strictObject({
    name: z.string(),
    isThis: z.boolean().describe('Whether it is the daemon that answers'),
    version: z.string().describe('Of latchd'),
    url: z.string().optional().describe('Where the others reach it; absent when it has not said'),
    startedAtMs: z.number().describe('Epoch milliseconds'),
    seenAtMs: z.number().describe('When it last said that it lives, in epoch milliseconds'),
    workers: z.int(),
    running: z.int().describe('Executions that have a worker'),
    waiting: z.int().describe('Executions in its memory that have none'),
  })
  .meta({ id: 'Node' })

const Nodes = z
  .strictObject({
    store: z.enum(['embedded', 'postgres']).describe('Whether daemons share the store'),
    data: z.array(Node).describe('Those that live, the first started first'),
  })
  .meta({ id: 'Nodes' }) satisfies z.ZodType<DaemonNodes>

const nodesRoute = callerRoute('read', {
  method: 'get',
  path: '/v1/nodes',
  operationId: 'listNodes',
  summary: 'The daemons that share the store',
  responses: { 200: json(Nodes, 'The daemons'), ...problems(503) },
})

/** Adds `GET /v1/nodes`. */
export function addNodeRoutes(app: OpenAPIHono<HttpEnvironment>, deps: RouteDependencies): void {
  const { store, version, startedAtMs, executions, pool, nodeName, now } = deps
  const name = nodeName ?? hostname()
  app.openapi(nodesRoute, async context => {
    const running = Math.min(pool.active, executions.liveCount)
    // This daemon's own row in the store is as old as its last heartbeat.
    const here = {
      ...{ name, isThis: true, version, startedAtMs, seenAtMs: now() },
      ...{ workers: pool.workers, running, waiting: executions.liveCount - running },
    }
    const { sharing } = store
    if (sharing === undefined) {
      return context.json({ store: 'embedded' as const, data: [here] }, 200)
    }
    const rows = await sharing.daemons()
    const data = rows.map(row => ({ ...nodeOf(row), ...(row.number === sharing.number && here) }))
    return context.json({ store: 'postgres' as const, data }, 200)
  })
}

function nodeOf({ name, version, url, startedAtMs, seenAtMs, load, executions }: DaemonRow) {
  const { workers = 0, running = executions, waiting = 0 } = load ?? {}
  return {
    ...{ name, isThis: false, version, ...(url !== undefined && { url }) },
    ...{ startedAtMs, seenAtMs, workers, running, waiting },
  }
}
