/** A daemon: starts what the configuration asks for, and listens. */

import { mkdirSync } from 'node:fs'
import { WorkerPool } from '../executor/pool.ts'
import { sleepTool } from '../executor/tools/builtin-sleep.ts'
import { Toolbox } from '../executor/tools/toolbox.ts'
import type { Config } from './config/config.ts'
import type { Daemon } from './listening.ts'
import { createLog } from './log.ts'
import { configuredTools } from './tools/configured-tools.ts'

export type { Daemon } from './listening.ts'

/**
 * Starts a daemon; resolves when it listens and its workers are ready.
 *
 * @throws {LatchdError} `TOOL_INVALID` for a tool module that cannot be used
 * @throws {Error} of Node when the address cannot be listened on
 */
export async function startDaemon(config: Config): Promise<Daemon> {
  const log = createLog(config.logLevel)
  if (config.stateDir !== undefined) mkdirSync(config.stateDir, { recursive: true, mode: 0o700 })
  const pool = new WorkerPool(config.workers)
  try {
    // The API's modules are loaded while the workers start: each is half of the time.
    const started = pool.start()
    const [{ listenFor }, tools] = await Promise.all([
      import('./listening.ts'),
      configuredTools(config),
      started,
    ])
    return await listenFor(config, { log, pool, toolbox: new Toolbox([sleepTool]).with(tools) })
  } catch (error) {
    await pool.close()
    throw error
  }
}
