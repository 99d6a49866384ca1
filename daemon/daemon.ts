/** A daemon that listens: HTTP over the services, and the order in which all of them stop. */

import { hostname } from 'node:os'
import { Latencies } from '../executor/calls/latencies.ts'
import { protection } from '../protocol/execution/isolation.ts'
import { SignInLinks } from './auth/sign-in-links.ts'
import { nodeProblem } from './base/node-release.ts'
import type { Config } from './config/config.ts'
import { Sweeper } from './executions/retention.ts'
import { createApp } from './http/app.ts'
import type { RouteDependencies } from './http/dependencies.ts'
import { createHttpServer } from './http/http-server.ts'
import { McpEndpoint } from './http/mcp-endpoint.ts'
import { TrustedProxies } from './http/middleware/forwarded.ts'
import { hostRule } from './http/middleware/origin.ts'
import { mayConnect } from './http/routes/connect-route.ts'
import { Servers } from './http/servers.ts'
import { type LazyConsole, lazyConsole } from './lazy-console.ts'
import { runCanary } from './lifecycle/canary.ts'
import { type Health, HealthProbe } from './lifecycle/health.ts'
import type { Logger } from './log/log.ts'
import { openServices, type Services, type StartedParts } from './services.ts'
import { ClockWatch } from './upkeep/clock-watch.ts'

/** A daemon that listens. */
export interface Daemon {
  /** Where it listens, with the port that it got. */
  readonly url: string
  /** Probes its health. Never rejects. */
  probe(): Promise<Health>
  /** Puts a changed configuration in force: see `Reloadable.reload`. */
  reload(read: () => Config): boolean
  /** How long {@link close} may let executions end, in milliseconds. */
  readonly drainMs: number
  /** The daemon's own log. */
  readonly log: Logger
  /** Shrinks the heap when the daemon is idle, from now on: for a process that is this daemon's own. */
  shrinkWhenIdle(): void
  /** Takes no new work, lets executions end for `drainMs`, evicts the rest, stops. Idempotent. */
  close(): Promise<void>
}

/** An id that no execution gets, for a look-up without a result. */
const NO_EXECUTION = 'exe_'

/** The background work of a daemon, beside its services. */
interface Upkeep {
  readonly sweeper: Sweeper
  readonly clockWatch: ClockWatch
  readonly console: LazyConsole | undefined
  readonly mcpEndpoint: McpEndpoint
}

/** Puts the API together and listens. @throws {Error} of Node when an address cannot be had */
export async function listenFor(config: Config, parts: StartedParts): Promise<Daemon> {
  const services = await openServices(config, parts)
  const mcpEndpoint = new McpEndpoint({ ...services, ...parts })
  const { servers, console } = await openServers(config, parts, services, mcpEndpoint)
  const upkeep = { ...startUpkeep(config, parts, services), console, mcpEndpoint }
  logStart(parts, config, servers)
  const { reloadable } = services
  const health = healthOf(parts, services)
  let closing: Promise<void> | undefined
  return {
    url: servers.url,
    log: parts.log,
    probe: () => health.probe(),
    reload: read => reloadable.reload(read),
    get drainMs() {
      return reloadable.inForce.drainMs
    },
    shrinkWhenIdle: () => services.executions.shrinkWhenIdle(),
    close: () => (closing ??= close(parts, services, servers, upkeep)),
  }
}

/** Resumes the executions of an earlier process, and listens. */
async function openServers(
  config: Config,
  { log, store, tools, inherited, sources }: StartedParts,
  services: Services,
  mcpEndpoint: McpEndpoint,
): Promise<{ readonly servers: Servers; readonly console: LazyConsole | undefined }> {
  const { executions, files, machine, version } = services
  const console = lazyConsole(config, services, () => deps)
  const deps: RouteDependencies = {
    ...services,
    mcpEndpoint,
    store,
    tools,
    sources,
    webhookUrl: config.webhookUrl,
    hostRule: hostRule({ ...config, machine: hostname(), hasTokens: config.tokens.length > 0 }),
    proxies: new TrustedProxies(config.trustedProxies),
    log,
    version,
    engine: machine.engine,
    startedAtMs: Date.now(),
    now: services.clock.now,
    signInLinks: new SignInLinks(() => performance.now()),
    answerConsole: console?.answer,
  }
  const { fetch } = createApp(deps)
  const serve = () => createHttpServer({ fetch, mayUpgrade: request => mayConnect(deps, request) })
  await files.start()
  await services.peers?.start({ ...services, memory: services.volatile })
  await executions.recover()
  const servers = await Servers.open(serve, { ...config, inherited }).catch(async error => {
    // A daemon that cannot listen resumes nothing: its store is about to be closed.
    await executions.drain(0)
    await services.peers?.close()
    console?.close()
    throw error
  })
  return { servers, console }
}

function startUpkeep(
  { retention }: Config,
  { log, store }: StartedParts,
  { clock, executions, files, upgrade, webhooks }: Services,
): Omit<Upkeep, 'console' | 'mcpEndpoint'> {
  const sweepFiles = () => files.sweep(executions.inMemory)
  const sweeper = new Sweeper({ store, retention, sweepFiles, log, now: clock.now })
  const clockWatch = new ClockWatch(clock, store, log)
  sweeper.start()
  upgrade.start()
  clockWatch.start()
  webhooks.wake()
  return { sweeper, clockWatch }
}

/** Stops everything; first the parts that take new work. */
async function close(
  { log, store, traces, sources }: StartedParts,
  services: Services,
  servers: Servers,
  { sweeper, clockWatch, console, mcpEndpoint }: Upkeep,
): Promise<void> {
  const { connections, executions, metrics, pool, reloadable } = services
  const { files, peers, runningFile, typeChecker, upgrade, webhooks } = services
  const { drainMs } = reloadable.inForce
  log.info({ drainMs }, 'stopping')
  servers.stop()
  mcpEndpoint.stop()
  connections.drain()
  await Promise.all([executions.drain(drainMs), upgrade.stop()])
  connections.close()
  await mcpEndpoint.close()
  await Promise.all([servers.close(), sources.close()])
  console?.close()
  typeChecker.close()
  await pool.close()
  await webhooks.close()
  await Promise.all([sweeper.close(), clockWatch.close(), files.close()])
  await store.close()
  await peers?.close()
  runningFile.close()
  metrics.close()
  await traces?.close()
  log.info('stopped')
}

function healthOf(
  { store, pool: workers }: StartedParts,
  { pool, runningFile, supervision }: Services,
): HealthProbe {
  return new HealthProbe({
    askStore: () => store.get(NO_EXECUTION),
    runCanary: timeoutMs =>
      runCanary({ pool: workers, supervision, latencies: new Latencies() }, timeoutMs),
    load: () => ({ workers: pool.workers, active: pool.active, begun: runningFile.entered }),
    now: () => performance.now(),
  })
}

function logStart({ log, tools: source }: StartedParts, config: Config, servers: Servers): void {
  const tools = source.current.tools.map(tool => tool.name)
  log.info(
    {
      ...{ url: servers.url, addresses: servers.addresses, workers: config.workers, tools },
      isolation: config.isolation,
      protects: protection(config.isolation, process.permission !== undefined),
    },
    'listening',
  )
  const problem = nodeProblem(process.versions.node, Date.now())
  if (problem !== undefined) log.warn(`Node ${process.versions.node}: ${problem.message}`)
  if (config.tokens.length === 0)
    log.warn('no tokens: every program on this machine may use this daemon')
}
