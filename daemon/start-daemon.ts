/** Starts a daemon as configured, and listens. */

import { resolve } from 'node:path'
import { makePool } from '../executor/pool/engine-pools.ts'
import { builtinTools } from '../executor/tools/builtin/builtin-tools.ts'
import { packageVersion } from './base/version.ts'
import { machineClock } from './clock/trusted-clock.ts'
import type { Config } from './config/config.ts'
import { nodeNameOf } from './config/node-name.ts'
import type { Variables } from './config/written-value.ts'
import type { Daemon } from './daemon.ts'
import { makeStateFolder } from './lifecycle/state-folder.ts'
import { createLog, isJournal } from './log/log.ts'
import { AllowList } from './outbound/allow-list.ts'
import { knownSecrets } from './redaction/known-secrets.ts'
import { Secrets } from './redaction/secrets.ts'
import { ToolSources } from './sources/tool-sources.ts'
import type { FailpointPlan } from './store/failpoints.ts'
import type { Store } from './store/store.ts'
import { openTracing } from './telemetry/tracing/exporter.ts'
import { configuredTools } from './tools/configured-tools.ts'
import { DaemonTools } from './tools/daemon-tools.ts'

export type { Daemon } from './daemon.ts'

/**
 * Starts a daemon; resolves when it listens and its first worker is ready. The other workers follow.
 *
 * @param onLost called when the store is lost: the state on disk is unknown, and only a new process
 *   may go on
 * @param failpoints failures that a drill plans
 * @param inherited descriptors of sockets that a service manager listens on for this daemon
 * @param env variables of the process, beside those of the configuration: secrets of tools, the
 *   target of traces, whether stderr is the journal's
 * @throws {LatchdError} `STATE_IN_USE`, `STATE_TOO_NEW`
 * @throws {LatchdError} `CONFIG_INVALID` for a state folder or a socket that cannot be used
 * @throws {LatchdError} `TOOL_INVALID` for a tool module that cannot be used
 * @throws {Error} of Node when the address cannot be listened on
 */
export async function startDaemon(
  config: Config,
  onLost: (error: Error) => void = rethrow,
  failpoints?: FailpointPlan,
  inherited: readonly number[] = [],
  env: Variables = {},
  writeLog?: (line: string) => void,
): Promise<Daemon> {
  const secrets = new Secrets(knownSecrets(config, env))
  const hasPriorities = isJournal(env.JOURNAL_STREAM)
  const log = createLog(config.logLevel, {
    redaction: secrets,
    hasPriorities,
    ...(writeLog && { write: writeLog }),
  })
  const { isolation, workers, recycleWorkers: maxCallerChanges } = config
  const launched = Promise.withResolvers<void>()
  const pool = makePool(isolation, workers, { maxCallerChanges, onLaunch: launched.resolve })
  const started = pool.start()
  // The `await` of it below throws the error.
  started.catch(launched.resolve)
  let store: Store | undefined
  try {
    // Before anything else: of two daemons on one folder only one may do anything.
    store = await openStore(config, failpoints, error => {
      log.fatal({ err: error }, 'store lost')
      onLost(error)
    })
    const fetchAllow = new AllowList([])
    fetchAllow.reload(config.fetchAllow)
    // Loading the API blocks this thread, so the workers are on their way before: each is half of the
    // time.
    await launched.promise
    const [{ listenFor }, tools, traces] = await Promise.all([
      import('./daemon.ts'),
      configuredTools(config, {
        allowed: fetchAllow,
        onSecrets: found => secrets.add(found),
        onWarning: text => log.warn(text),
      }),
      openTracing(env, packageVersion(), log),
    ])
    for (const { warnings = [] } of tools) for (const text of warnings) log.warn(text)
    const names = new Set(tools.map(tool => tool.name))
    const own = [...tools, ...builtinTools.filter(({ name }) => !names.has(name))]
    const daemonTools = new DaemonTools(own, config.policy)
    for (const warning of daemonTools.current.globals.warnings) log.warn(warning)
    const sources = await ToolSources.open(config, {
      ...{ tools: daemonTools, log, path: env.PATH },
      stateDir: resolve(config.stateDir),
      onSecrets: found => secrets.add(found),
    })
    const daemon = await listenFor(config, {
      ...{ log, pool, store, tools: daemonTools, fetchAllow, inherited },
      ...{ secrets, traces, sources, env },
    })
    try {
      await started
    } catch (error) {
      await daemon.close()
      throw error
    }
    // Nothing of them is needed before.
    sources.start()
    return daemon
  } catch (error) {
    await pool.close()
    await store?.close()
    throw error
  }
}

/** The store of this daemon alone, or the one that it shares. */
async function openStore(
  config: Config,
  failpoints: FailpointPlan | undefined,
  onLost: (error: Error) => void,
): Promise<Store> {
  const stateDir = resolve(config.stateDir)
  const { databaseUrl, advertiseUrl } = config
  makeStateFolder(stateDir)
  if (databaseUrl === undefined) {
    const { openSqliteStore } = await import('./store/sqlite/open.ts')
    return await openSqliteStore({ stateDir, onLost, failpoints })
  }
  const { openPostgresStore } = await import('./store/postgres/open.ts')
  return await openPostgresStore({
    ...{ databaseUrl, name: nodeNameOf(config), url: advertiseUrl, version: packageVersion() },
    // The time is the database's: this only measures what has passed since it was read.
    now: machineClock.steady,
  })
}

function rethrow(error: Error): never {
  throw error
}
