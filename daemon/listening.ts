/** The listening half of a daemon: executions, HTTP API and servers over workers that were started. */

import { rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { join, resolve } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { pristine } from '../executor/engine/pristine.ts'
import { runtimeTag, snapshotTag } from '../executor/engine/runtime-tag.ts'
import { Latencies } from '../executor/latencies.ts'
import type { WorkerPool } from '../executor/pool.ts'
import { Supervision } from '../executor/supervision.ts'
import type { Toolbox } from '../executor/tools/toolbox.ts'
import { TypeChecker } from '../executor/typecheck/type-checker.ts'
import { ApprovalDesk } from './approvals.ts'
import type { Config } from './config/config.ts'
import { Connections } from './connections/connections.ts'
import { ReplayDesk } from './durable/replay-desk.ts'
import { RunningFile } from './durable/running-file.ts'
import { EventHub } from './event-hub.ts'
import { Executions } from './executions.ts'
import { createApp } from './http/app.ts'
import { socketServer } from './http/connect-route.ts'
import { hostRule } from './http/origin.ts'
import { Tokens } from './http/tokens.ts'
import type { Logger } from './log.ts'
import { nodeProblem } from './node-release.ts'
import { Sweeper } from './retention.ts'
import { SessionDesk } from './sessions.ts'
import { MemoryStore } from './store/memory-store.ts'
import type { Store } from './store/store.ts'
import { packageVersion } from './version.ts'
import { openWebhooks } from './webhooks/webhooks.ts'

/** A daemon that listens. */
export interface Daemon {
  /** Where it listens, with the port that it got. */
  readonly url: string
  /** Takes no more, lets executions end for `drainMs`, puts the rest away, stops. Idempotent. */
  close(): Promise<void>
}

/** Slow clients have so long to send their headers and their request. */
const HEADERS_MS = 10_000
const REQUEST_MS = 60_000

/** What a daemon listens with. */
export interface StartedParts {
  readonly log: Logger
  readonly pool: WorkerPool
  readonly store: Store
  readonly toolbox: Toolbox
}

/** Puts the API together and listens. @throws {Error} of Node when an address cannot be had */
export async function listenFor(config: Config, parts: StartedParts): Promise<Daemon> {
  const { log, pool, store, toolbox } = parts
  const machine = await pristine()
  const onFault = (error: unknown, executionId: string) =>
    log.error({ err: error, executionId }, 'execution lost')
  const webhooks = openWebhooks({ ...config, stateDir: resolve(config.stateDir) }, store, log)
  const runningFile = new RunningFile(join(resolve(config.stateDir), 'running'))
  const sessions = new SessionDesk(store, config.retention.keepMs, snapshotTag(machine))
  const supervision = new Supervision()
  const typeChecker = new TypeChecker()
  const connections: Connections = new Connections({
    reconnectMs: config.reconnectMs,
    isOwnTool: name => toolbox.find(name) !== undefined,
    isDurable: executionId => executions.isDurable(executionId),
    sync: executionId => executions.sync(executionId),
    onFault,
  })
  const executions: Executions = new Executions({
    pool,
    sessions,
    runningFile,
    supervision,
    latencies: new Latencies(),
    typeChecker,
    store,
    memory: new MemoryStore(),
    hub: new EventHub(),
    runtime: runtimeTag(machine),
    toolbox,
    clientTool: (binding, callMs) => connections.tool(binding, callMs),
    enter: plan => connections.enter(plan),
    maxQueue: config.maxQueue,
    admitWebhook: webhooks.admit,
    webhookFor: webhooks.messageFor,
    onWebhooks: webhooks.wake,
    onFault,
    onExpire: asked => {
      approvals.expire(asked).catch(error => onFault(error, asked.approval.executionId))
    },
  })
  const approvals = new ApprovalDesk({ store, executions, toolbox })
  const replays = new ReplayDesk({
    store,
    executions,
    sessions,
    pool,
    supervision,
    toolbox,
    maxQueue: config.maxQueue,
  })
  const app = createApp({
    executions,
    approvals,
    replays,
    sessions,
    connections,
    store,
    webhookUrl: config.webhookUrl,
    toolbox,
    pool,
    tokens: new Tokens(config.tokens),
    hostRule: hostRule(config.host, config.tokens.length > 0),
    log,
    version: packageVersion(),
    engine: machine.engine,
    startedAtMs: Date.now(),
  })
  const serve = () => {
    const server = createAdaptorServer({
      fetch: app.fetch,
      websocket: { server: socketServer() as never },
    }) as Server
    server.headersTimeout = HEADERS_MS
    server.requestTimeout = REQUEST_MS
    return server
  }
  await executions.recover()
  const servers: Server[] = []
  try {
    servers.push(await listen(serve(), { host: config.host, port: config.port }))
    if (config.socket !== undefined) servers.push(await listenOnSocket(serve(), config.socket))
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  const sweeper = new Sweeper({ store, retention: config.retention, log, now: Date.now })
  sweeper.start()
  webhooks.wake()
  const url = urlOf(config.host, servers[0] as Server)
  logStart(log, config, url, toolbox)
  let closing: Promise<void> | undefined
  const close = async () => {
    log.info({ drainMs: config.drainMs }, 'stopping')
    const closed = Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
    connections.drain()
    await executions.drain(config.drainMs)
    connections.close()
    await closeConnections(servers, closed)
    typeChecker.close()
    await pool.close()
    await webhooks.close()
    await sweeper.close()
    await store.close()
    runningFile.close()
    log.info('stopped')
  }
  return { url, close: () => (closing ??= close()) }
}

/** Answers under way get so long to leave. */
const LAST_ANSWERS_MS = 1000
const SWEEP_MS = 20

/** Closes each connection as soon as its answer has left, and in the end those that take none. */
async function closeConnections(
  servers: readonly Server[],
  closed: Promise<unknown>,
): Promise<void> {
  const sweep = setInterval(() => {
    for (const server of servers) server.closeIdleConnections()
  }, SWEEP_MS)
  const cut = setTimeout(() => {
    for (const server of servers) server.closeAllConnections()
  }, LAST_ANSWERS_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

function listen(
  server: Server,
  address: { host: string; port: number } | { path: string },
): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

async function listenOnSocket(server: Server, path: string): Promise<Server> {
  // Left behind by a daemon that was killed; one that lives holds its port too.
  rmSync(path, { force: true })
  return await listen(server, { path })
}

function urlOf(host: string, server: Server): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function logStart(log: Logger, config: Config, url: string, toolbox: Toolbox): void {
  const tools = toolbox.tools.map(tool => tool.name)
  log.info(
    { url, socket: config.socket, workers: config.workers, tools, isolation: 'thread' },
    'listening',
  )
  const problem = nodeProblem(process.versions.node)
  if (problem !== undefined) log.warn(`Node ${process.versions.node}: ${problem.message}`)
  if (config.tokens.length === 0)
    log.warn('no tokens: every program on this machine may use this daemon')
}
