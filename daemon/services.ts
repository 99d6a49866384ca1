/** The services of a daemon, put together; none of them listens yet. */

import { join, resolve } from 'node:path'
import type { GuestPool } from '../executor/boundary/guest-pool.ts'
import { Latencies } from '../executor/calls/latencies.ts'
import { engines } from '../executor/engine/engine.ts'
import { Supervision } from '../executor/pool/watchdog.ts'
import { MemoryExecutions } from '../executor/store/memory-executions.ts'
import { TypeChecker } from '../executor/typecheck/type-checker.ts'
import { ApprovalService } from './approvals/approval-service.ts'
import { Audit } from './auth/audit.ts'
import { Tokens } from './auth/tokens.ts'
import { WorkerLosses } from './auth/worker-losses.ts'
import { packageVersion } from './base/version.ts'
import { Connections } from './clients/connections.ts'
import { type ClockSources, machineClock, TrustedClock } from './clock/trusted-clock.ts'
import type { Config } from './config/config.ts'
import { nodeNameOf } from './config/node-name.ts'
import { tokenSecrets } from './config/token-list.ts'
import type { Variables } from './config/written-value.ts'
import { EventBus } from './executions/event-bus.ts'
import { Executions } from './executions/executions.ts'
import { keptEnded } from './executions/kept-ended.ts'
import { ReplayService } from './executions/replay-service.ts'
import { RunningFile } from './executions/running-file.ts'
import { FileService } from './files/file-service.ts'
import { FileLinks, LINK_KEY_FILE, LINK_SECRET, newLinkKey } from './files/links.ts'
import { openContents } from './files/open-contents.ts'
import { Reloadable } from './lifecycle/reload.ts'
import type { Logger } from './log/log.ts'
import type { AllowList } from './outbound/allow-list.ts'
import { denialText } from './permissions/denial.ts'
import { sourceSecrets } from './redaction/known-secrets.ts'
import type { Secrets } from './redaction/secrets.ts'
import { Runtimes } from './replay/runtimes.ts'
import { SessionUpgrade } from './sessions/session-upgrade.ts'
import { SessionService } from './sessions/sessions.ts'
import type { ToolSources } from './sources/tool-sources.ts'
import type { Store } from './store/store.ts'
import { untilRoom } from './store/until-room.ts'
import { logEvent } from './telemetry/execution-log.ts'
import { Metrics } from './telemetry/metrics/metrics.ts'
import type { ExportedTracing } from './telemetry/tracing/exporter.ts'
import type { DaemonTools } from './tools/daemon-tools.ts'
import { MemoryGuard } from './upkeep/memory-guard.ts'
import { StoreGuard } from './upkeep/store-guard.ts'
import { openWebhooks } from './webhooks/webhooks.ts'

/** The started parts that a daemon is made from. */
export interface StartedParts {
  readonly log: Logger
  readonly pool: GuestPool
  readonly store: Store
  readonly tools: DaemonTools
  /** The hosts of `fetch_url`, which a reload may change. */
  readonly fetchAllow: AllowList
  /**
   * Descriptors of sockets that listen already; none: the daemon opens those of the configuration.
   */
  readonly inherited: readonly number[]
  /** Secrets that must not leave the host. */
  readonly secrets: Secrets
  /** The target of traces; absent: none. */
  readonly traces: ExportedTracing | undefined
  /** Servers and documents whose tools programs call. */
  readonly sources: ToolSources
  /** The machine's clocks when absent. */
  readonly clock?: ClockSources
  /** Variables of the process: the keys of a bucket. */
  readonly env?: Variables
}

/** The services of a daemon. */
export type Services = Awaited<ReturnType<typeof openServices>>

/** The ground of the services. */
type Ground = Awaited<ReturnType<typeof openGround>>

/** Puts the services together, each from those before it. */
export async function openServices(config: Config, parts: StartedParts) {
  const { log, store, tools, sources } = parts
  const ground = await openGround(config, parts)
  const { clock, isOwnTool, metrics, onFault, pool, supervision } = ground
  const reloadable = openReloadable(config, parts, ground)
  const files = await openFiles(config, parts, ground)
  const { sessions, upgrade } = openSessions(config, parts, ground, files)
  const connections = new Connections({
    reconnectMs: config.reconnectMs,
    ...(ground.peers && { daemonId: ground.peers.peerId }),
    isOwnTool,
    onFault,
    onWarning: text => log.warn(text),
  })
  const memory = new MemoryGuard(() => performance.now())
  const typeChecker = new TypeChecker(config.allow && { explain: denialText })
  const linkKey = await store.sharing?.secret(LINK_SECRET, newLinkKey)
  const links = new FileLinks(join(resolve(config.stateDir), LINK_KEY_FILE), clock.now, linkKey)
  const before = { reloadable, sessions, connections, memory, typeChecker, files }
  const executions = openExecutions(parts, ground, before)
  memory.watch(executions.held)
  metrics.watch({
    memory,
    queued: () => executions.queued,
    live: () => executions.liveCount,
    connections: () => connections.size,
    sources,
  })
  const approvals = new ApprovalService({ store, executions, tools, now: clock.now })
  ground.bus.onShown((owner, approval) => approvals.shown.add(owner, approval))
  ground.bus.onApprovalTimedOut(asked => {
    untilRoom(() => approvals.expire(asked)).catch(error =>
      onFault(error, asked.approval.executionId),
    )
  })
  const replays = new ReplayService({
    filesOf: files.of,
    store,
    executions,
    sessions,
    pool,
    supervision,
    tools,
  })
  return { ...ground, ...before, links, upgrade, executions, approvals, replays }
}

/** The base snapshot, the clock, the event bus, the metrics, and the tokens. */
async function openGround(config: Config, parts: StartedParts) {
  const { log, store, tools, secrets, traces } = parts
  const engine = await engines.quickjs.openHost()
  const machine = await engine.baseSnapshot()
  const runtimes = new Runtimes(engine.tagsOf(machine))
  const version = packageVersion()
  const isOwnTool = (name: string) => tools.current.find(name) !== undefined
  const facts = { version, node: process.versions.node, engine: machine.engine }
  const nodeName = store.sharing && nodeNameOf(config)
  const metrics = new Metrics(parts.pool, store, facts, isOwnTool, nodeName)
  store.watchCommits((operations, tookMs) => metrics.store.onCommit(operations, tookMs))
  const peers = await openLinks(config, parts)
  const bus = new EventBus()
  bus.observe((event, { createdAtMs }) => metrics.onEvent(event, createdAtMs))
  if (traces !== undefined) bus.observe(event => traces.tracing.onEvent(event))
  bus.observe(event => logEvent(log, event))
  const stateDir = resolve(config.stateDir)
  const sources = parts.clock ?? clockOf(store)
  const clock = new TrustedClock(sources, await store.storedInstant(), jumpMs =>
    logJump(log, jumpMs),
  )
  const failed = (isLast: boolean) => metrics.onWebhookFailure(isLast)
  const absolute = { ...config, stateDir }
  const webhooks = await openWebhooks(absolute, store, log, secrets, clock.now, failed)
  // What a shared store knows of the executions of a lost daemon, its others read.
  const running = store.sharing === undefined ? join(stateDir, 'running') : undefined
  const runningFile = new RunningFile(running, error =>
    log.warn({ err: error }, 'the file of running executions was not written'),
  )
  const tokens = new Tokens(config.tokens)
  return {
    machine,
    runtimes,
    version,
    nodeName,
    isOwnTool,
    metrics,
    pool: metrics.pool,
    peers,
    volatile: new MemoryExecutions(keptEnded, clock.now),
    bus,
    webhooks,
    runningFile,
    clock,
    supervision: new Supervision(),
    tokens,
    shares: new StoreGuard({
      shares: () => store.shares(),
      callers: () => tokens.size,
      now: () => performance.now(),
    }),
    losses: new WorkerLosses(() => performance.now()),
    audit: new Audit(log, () => performance.now()),
    onFault: (error: unknown, executionId: string) =>
      log.error({ err: error, executionId }, 'execution lost'),
  }
}

function openReloadable(
  config: Config,
  { log, fetchAllow, secrets, sources, tools }: StartedParts,
  { tokens, audit }: Ground,
): Reloadable {
  return new Reloadable(config, {
    log,
    tokens: {
      reload: list => {
        // Before any client can send one. Withdrawn secrets stay known, since tools may still print
        // them.
        secrets.add(tokenSecrets(list))
        audit.record({ event: 'tokens-reloaded', ...tokens.reload(list) })
      },
    },
    fetchAllow,
    tools,
    sources: {
      replace: changes => {
        const none = { mcpServers: [], httpTools: [], openapi: [] }
        secrets.add(sourceSecrets({ ...none, ...changes }))
        return sources.replace(changes)
      },
      refresh: () => sources.refresh(),
    },
  })
}

async function openFiles(
  { stateDir, retention, filesUrl }: Config,
  { log, store, env = {} }: StartedParts,
  { clock, tokens }: Ground,
): Promise<FileService> {
  const contents = await openContents({
    ...{ stateDir: resolve(stateDir), store: store.sharing?.contents, filesUrl, env },
  })
  return new FileService({
    ...{ store, contents, log, now: clock.now, keepMs: retention.keepMs },
    isShared: store.sharing !== undefined,
    maxBytesOf: owner => tokens.limitsOf(owner)?.maxFilesBytes,
  })
}

function openSessions(
  config: Config,
  { log, store, tools }: StartedParts,
  { runtimes, pool, supervision, shares, clock }: Ground,
  files: FileService,
) {
  const dryRuns = { pool, supervision, tools, store, filesOf: files.of }
  const upgrade = new SessionUpgrade({ store, dryRuns, log, runtimes })
  const sessions = new SessionService(store, config.retention.keepMs, runtimes, upgrade, {
    tools,
    admit: owner => shares.admit('sessions', owner),
    now: clock.now,
  })
  return { sessions, upgrade }
}

/** The parts that executions need beside the ground. */
interface BeforeExecutions {
  readonly reloadable: Reloadable
  readonly sessions: SessionService
  readonly connections: Connections
  readonly memory: MemoryGuard
  readonly typeChecker: TypeChecker
  readonly files: FileService
}

function openExecutions(
  { store, tools, secrets, traces }: StartedParts,
  ground: Ground,
  { reloadable, sessions, connections, memory, typeChecker, files }: BeforeExecutions,
): Executions {
  const { bus, clock, losses, runtimes, pool, runningFile, volatile, peers } = ground
  const { shares, supervision, tokens, webhooks } = ground
  const callers = () => Math.max(1, tokens.size)
  const executions: Executions = new Executions({
    ...{ pool, sessions, runningFile, supervision, typeChecker, store, bus, tools },
    latencies: new Latencies(),
    filesOf: files.of,
    now: clock.now,
    memory: volatile,
    others: peers?.others,
    runtimes,
    clientTool: (binding, callMs) => connections.tool(binding, callMs),
    enter: (plan, writer) => {
      const leave = connections.enter(plan, writer)
      traces?.tracing.enter(plan)
      return () => {
        leave()
        traces?.tracing.leave(plan.executionId)
      }
    },
    redaction: secrets,
    traces: traces?.tracing,
    get maxQueue() {
      return reloadable.inForce.maxQueue
    },
    callers,
    admitCaller: caller => {
      losses.admit(caller)
      memory.admit(() => executions.heldBytesOf(caller), callers())
    },
    onWorkerLost: owner => losses.add(owner),
    admitWebhook: async (url, owner) => {
      webhooks.admit(url)
      await shares.admit('webhooks', owner)
    },
    hasRoom: () => memory.hasRoom,
    webhookFor: webhooks.messageFor,
    onWebhooks: webhooks.wake,
    onFault: ground.onFault,
  })
  return executions
}

/** The links to other daemons, whose modules are loaded where there can be any. */
async function openLinks(config: Config, { store, log }: StartedParts) {
  const { sharing } = store
  if (sharing === undefined) return undefined
  const { openPeers } = await import('./peers/open-peers.ts')
  return openPeers(config, sharing, log)
}

/** Of several daemons over one store the clock is the store's. */
function clockOf({ sharing }: Store): ClockSources {
  if (sharing === undefined) return machineClock
  return { ...machineClock, wall: () => sharing.nowMs }
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
