/** A daemon: starts what the configuration asks for, and listens. */

import { resolve } from 'node:path'
import { WorkerPool } from '../executor/pool.ts'
import { builtinTools } from '../executor/tools/builtin-tools.ts'
import { Toolbox } from '../executor/tools/toolbox.ts'
import type { Config } from './config/config.ts'
import type { Daemon } from './listening.ts'
import { createLog } from './log.ts'
import type { FailpointPlan } from './store/failpoints.ts'
import { configuredTools } from './tools/configured-tools.ts'

export type { Daemon } from './listening.ts'

/**
 * Starts a daemon; resolves when it listens and its workers are ready.
 *
 * @param onLost called when the store is lost: nobody knows what is on disk, and only a new process
 *   may go on
 * @param failpoints what a drill wants to fail
 * @throws {LatchdError} `STATE_IN_USE`, `STATE_TOO_NEW`
 * @throws {LatchdError} `TOOL_INVALID` for a tool module that cannot be used
 * @throws {Error} of Node when the address cannot be listened on
 */
export async function startDaemon(
  config: Config,
  onLost: (error: Error) => void = rethrow,
  failpoints?: FailpointPlan,
): Promise<Daemon> {
  const log = createLog(config.logLevel)
  // Before anything else: of two daemons on one folder only one may do anything.
  const { openSqliteStore } = await import('./store/sqlite/open.ts')
  const store = await openSqliteStore({
    stateDir: resolve(config.stateDir),
    onLost: error => {
      log.fatal({ err: error }, 'store lost')
      onLost(error)
    },
    failpoints,
  })
  const pool = new WorkerPool(config.workers)
  try {
    // The API's modules are loaded while the workers start: each is half of the time.
    const started = pool.start()
    const [{ listenFor }, tools] = await Promise.all([
      import('./listening.ts'),
      configuredTools(config),
      started,
    ])
    const toolbox = new Toolbox(builtinTools).with(tools)
    return await listenFor(config, { log, pool, store, toolbox })
  } catch (error) {
    await pool.close()
    await store.close()
    throw error
  }
}

function rethrow(error: Error): never {
  throw error
}
