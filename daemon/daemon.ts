/** The listening half of a daemon: executions, HTTP API and servers over workers that were started. */

import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { GuestPool } from '../executor/boundary/guest-pool.ts'
import { Latencies } from '../executor/calls/latencies.ts'
import { baseSnapshot } from '../executor/engine/quickjs/base-snapshot.ts'
import { runtimeTag, snapshotTag } from '../executor/engine/quickjs/runtime-tag.ts'
import { Supervision } from '../executor/pool/watchdog.ts'
import type { Toolbox } from '../executor/tools/toolbox.ts'
import { TypeChecker } from '../executor/typecheck/type-checker.ts'
import { protection } from '../protocol/execution/isolation.ts'
import { ApprovalService } from './approvals/approval-service.ts'
import { Audit } from './auth/audit.ts'
import { Tokens } from './auth/tokens.ts'
import { WorkerLosses } from './auth/worker-losses.ts'
import { nodeProblem } from './base/node-release.ts'
import { packageVersion } from './base/version.ts'
import { Connections } from './clients/connections.ts'
import { type ClockSources, machineClock, TrustedClock } from './clock/trusted-clock.ts'
import type { Config } from './config/config.ts'
import { tokenSecrets } from './config/token-list.ts'
import { EventHub } from './executions/event-hub.ts'
import { Executions } from './executions/executions.ts'
import { ReplayService } from './executions/replay-service.ts'
import { Sweeper } from './executions/retention.ts'
import { RunningFile } from './executions/running-file.ts'
import { createApp } from './http/app.ts'
import { createHttpServer } from './http/http-server.ts'
import { TrustedProxies } from './http/middleware/forwarded.ts'
import { hostRule } from './http/middleware/origin.ts'
import { mayConnect } from './http/routes/connect-route.ts'
import { Servers } from './http/servers.ts'
import { runCanary } from './lifecycle/canary.ts'
import { type Health, HealthProbe } from './lifecycle/health.ts'
import { Reloadable } from './lifecycle/reload.ts'
import type { Logger } from './log/log.ts'
import type { AllowList } from './outbound/allow-list.ts'
import { denialText } from './permissions/denial.ts'
import type { Secrets } from './redaction/secrets.ts'
import { SessionUpgrade } from './sessions/session-upgrade.ts'
import { SessionService } from './sessions/sessions.ts'
import { MemoryStore } from './store/memory/memory-store.ts'
import type { Store } from './store/store.ts'
import { untilRoom } from './store/until-room.ts'
import { logEvent } from './telemetry/execution-log.ts'
import { Metrics } from './telemetry/metrics/metrics.ts'
import type { ExportedTracing } from './telemetry/tracing/exporter.ts'
import { ClockWatch } from './upkeep/clock-watch.ts'
import { MemoryGuard } from './upkeep/memory-guard.ts'
import { StoreGuard } from './upkeep/store-guard.ts'
import { openWebhooks } from './webhooks/webhooks.ts'

/** A daemon that listens. */
export interface Daemon {
  /** Where it listens, with the port that it got. */
  readonly url: string
  /** Looks whether it does its work. Never rejects. */
  probe(): Promise<Health>
  /** Takes a configuration that was read again: see {@link Reloadable.reload}. */
  reload(read: () => Config): boolean
  /** How long {@link close} may let executions end. */
  readonly drainMs: number
  /** The daemon's own log. */
  readonly log: Logger
  /** Takes no more, lets executions end for `drainMs`, puts the rest away, stops. Idempotent. */
  close(): Promise<void>
}

/** An id that no execution gets: the store looks for it and finds nothing. */
const NO_EXECUTION = 'exe_'

/** What a daemon listens with. */
export interface StartedParts {
  readonly log: Logger
  readonly pool: GuestPool
  readonly store: Store
  readonly toolbox: Toolbox
  /** The hosts of `fetch_url`, which a reload may change. */
  readonly fetchAllow: AllowList
  /** Descriptors of sockets that listen already; none: those of the configuration are made. */
  readonly inherited: readonly number[]
  /** What must not leave the host. */
  readonly secrets: Secrets
  /** Where traces go; absent: nowhere. */
  readonly traces: ExportedTracing | undefined
  /** The machine's clocks when absent. */
  readonly clock?: ClockSources
}

/** Puts the API together and listens. @throws {Error} of Node when an address cannot be had */
export async function listenFor(config: Config, parts: StartedParts): Promise<Daemon> {
  const { log, store, toolbox, fetchAllow, inherited, secrets, traces } = parts
  const machine = await baseSnapshot()
  const isOwnTool = (name: string) => toolbox.find(name) !== undefined
  const facts = { version: packageVersion(), node: process.versions.node, engine: machine.engine }
  const metrics = new Metrics(parts.pool, store, facts, isOwnTool)
  const { pool } = metrics
  store.watchCommits((operations, tookMs) => metrics.store.onCommit(operations, tookMs))
  const onFault = (error: unknown, executionId: string) =>
    log.error({ err: error, executionId }, 'execution lost')
  const clock = new TrustedClock(parts.clock ?? machineClock, await store.keptInstant(), jumpMs =>
    logJump(log, jumpMs),
  )
  const webhooks = openWebhooks(
    { ...config, stateDir: resolve(config.stateDir) },
    store,
    log,
    secrets,
    clock.now,
    isLast => metrics.onWebhookFailure(isLast),
  )
  const runningFile = new RunningFile(join(resolve(config.stateDir), 'running'), error =>
    log.warn({ err: error }, 'the file of running executions was not written'),
  )
  const clockWatch = new ClockWatch(clock, store, log)
  const supervision = new Supervision()
  const sessionRuntime = snapshotTag(machine)
  const upgrade = new SessionUpgrade({
    store,
    shadows: { pool, supervision, toolbox, store },
    log,
    runtime: sessionRuntime,
  })
  const shares = new StoreGuard({
    shares: () => store.shares(),
    callers: () => tokens.size,
    now: () => performance.now(),
  })
  const sessions = new SessionService(store, config.retention.keepMs, sessionRuntime, upgrade, {
    admit: owner => shares.admit('sessions', owner),
    now: clock.now,
  })
  const typeChecker = new TypeChecker(config.allow && { explain: denialText })
  const tokens = new Tokens(config.tokens)
  const losses = new WorkerLosses(() => performance.now())
  const audit = new Audit(log, () => performance.now())
  const reloadable = new Reloadable(config, {
    log,
    tokens: {
      reload: list => {
        // Before anybody can send one. Those that are withdrawn stay known: tools may still say them.
        secrets.add(tokenSecrets(list))
        audit.record({ event: 'tokens-reloaded', ...tokens.reload(list) })
      },
    },
    fetchAllow,
  })
  const connections: Connections = new Connections({
    reconnectMs: config.reconnectMs,
    isOwnTool,
    isDurable: executionId => executions.isDurable(executionId),
    sync: executionId => executions.sync(executionId),
    onFault,
    onWarning: text => log.warn(text),
  })
  const executions: Executions = new Executions({
    pool,
    sessions,
    runningFile,
    supervision,
    latencies: new Latencies(),
    now: clock.now,
    typeChecker,
    store,
    memory: new MemoryStore(clock.now),
    hub: new EventHub(),
    runtime: runtimeTag(machine),
    toolbox,
    clientTool: (binding, callMs) => connections.tool(binding, callMs),
    enter: plan => {
      const leave = connections.enter(plan)
      traces?.tracing.enter(plan)
      return () => {
        leave()
        traces?.tracing.leave(plan.executionId)
      }
    },
    redaction: secrets,
    traces: traces?.tracing,
    observe: ({ createdAtMs }, event) => {
      metrics.onEvent(event, createdAtMs)
      traces?.tracing.onEvent(event)
      logEvent(log, event)
    },
    get maxQueue() {
      return reloadable.inForce.maxQueue
    },
    callers: () => Math.max(1, tokens.size),
    admitCaller: caller => {
      losses.admit(caller)
      memory.admit()
    },
    onWorkerLost: owner => losses.add(owner),
    admitWebhook: async (url, owner) => {
      webhooks.admit(url)
      await shares.admit('webhooks', owner)
    },
    hasRoom: () => memory.hasRoom,
    webhookFor: webhooks.messageFor,
    onWebhooks: webhooks.wake,
    onFault,
    onExpire: asked => {
      untilRoom(() => approvals.expire(asked)).catch(error =>
        onFault(error, asked.approval.executionId),
      )
    },
  })
  const memory = new MemoryGuard(executions.held, () => performance.now())
  metrics.watch({
    memory,
    queued: () => executions.queued,
    live: () => executions.liveCount,
    unloaded: () => executions.unloaded,
    connections: () => connections.size,
  })
  const approvals = new ApprovalService({ store, executions, toolbox, now: clock.now })
  const replays = new ReplayService({
    store,
    executions,
    sessions,
    pool,
    supervision,
    toolbox,
    get maxQueue() {
      return reloadable.inForce.maxQueue
    },
  })
  const deps = {
    executions,
    approvals,
    replays,
    sessions,
    connections,
    store,
    webhookUrl: config.webhookUrl,
    toolbox,
    pool,
    tokens,
    audit,
    hostRule: hostRule({ ...config, machine: hostname(), hasTokens: config.tokens.length > 0 }),
    proxies: new TrustedProxies(config.trustedProxies),
    log,
    metrics,
    version: facts.version,
    engine: machine.engine,
    startedAtMs: Date.now(),
    now: clock.now,
  }
  const { fetch } = createApp(deps)
  const serve = () => createHttpServer({ fetch, mayUpgrade: request => mayConnect(deps, request) })
  await executions.recover()
  const servers = await Servers.open(serve, { ...config, inherited }).catch(async error => {
    // A daemon that cannot listen resumes nothing: its store is about to be closed.
    await executions.drain(0)
    throw error
  })
  const sweeper = new Sweeper({
    store,
    retention: config.retention,
    sessionsInUse: () => sessions.inUse,
    log,
    now: clock.now,
  })
  sweeper.start()
  upgrade.start()
  clockWatch.start()
  webhooks.wake()
  const { url } = servers
  logStart(log, config, servers, toolbox)
  let closing: Promise<void> | undefined
  const close = async () => {
    const { drainMs } = reloadable.inForce
    log.info({ drainMs }, 'stopping')
    servers.stop()
    connections.drain()
    await Promise.all([executions.drain(drainMs), upgrade.stop()])
    connections.close()
    await servers.close()
    typeChecker.close()
    await pool.close()
    await webhooks.close()
    await Promise.all([sweeper.close(), clockWatch.close()])
    await store.close()
    runningFile.close()
    metrics.close()
    await traces?.close()
    log.info('stopped')
  }
  const health = new HealthProbe({
    askStore: () => store.get(NO_EXECUTION),
    runCanary: timeoutMs =>
      runCanary({ pool: parts.pool, supervision, latencies: new Latencies() }, timeoutMs),
    load: () => ({ workers: pool.workers, active: pool.active, begun: runningFile.entered }),
    now: () => performance.now(),
  })
  return {
    url,
    log,
    probe: () => health.probe(),
    reload: read => reloadable.reload(read),
    get drainMs() {
      return reloadable.inForce.drainMs
    },
    close: () => (closing ??= close()),
  }
}

function logJump(log: Logger, jumpMs: number): void {
  if (jumpMs === 0) log.info('the clock is believed again')
  else {
    log.error(
      { jumpMs },
      'the clock has jumped forward: expiry and retention go on as if it had not; if it is right now, say so: latchd store confirm-clock',
    )
  }
}

function logStart(log: Logger, config: Config, servers: Servers, toolbox: Toolbox): void {
  const tools = toolbox.tools.map(tool => tool.name)
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
