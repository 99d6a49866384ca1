/** Where `latchd run` runs: on a daemon when one is named, else in this process. */

import type { Execution } from '../../../protocol/execution/execution.ts'
import type { Executor } from '../../../protocol/execution/executor.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { configuredTools } from '../../tools/configured-tools.ts'
import { openClient } from '../client.ts'
import { UsageError } from '../refusal.ts'

/** The executor of `latchd run` and `latchd agent`, with what their output says about it. */
export interface RunExecutor {
  readonly executor: Executor
  /** Completes "Running …". */
  readonly where: string
  /** Absent when it runs in this process. */
  readonly daemon?: {
    /** The flags that a command needs to reach it. */
    readonly flags: string
    /** An execution as it stands. */
    readonly get: (executionId: string) => Promise<Execution>
  }
}

/** Opens the executor. @throws {UsageError} for tool modules that a daemon would have to load */
export async function openRunExecutor(config: LoadedConfig): Promise<RunExecutor> {
  if (config.sources.url.from === 'default') {
    return { executor: await embedded(config), where: 'in this process (embedded executor)' }
  }
  if (config.sources.tools.from === 'flag') {
    throw new UsageError(
      `Cannot use --tools with the daemon at ${config.url}: it has its own tools; give them to latchd serve, or leave the daemon out`,
    )
  }
  const client = await openClient(config)
  return {
    executor: client,
    where: `on the daemon at ${config.url}`,
    daemon: {
      flags: config.sources.url.from === 'flag' ? ` --url ${config.url}` : '',
      get: executionId => client.get(executionId),
    },
  }
}

/** As Node's own warnings: the command prints them as one line. */
const warn = (text: string) => process.emitWarning(text, 'ToolWarning')

async function embedded(config: LoadedConfig): Promise<Executor> {
  const { createExecutor } = await import('../../../executor/index.ts')
  const tools = await configuredTools(config, { onWarning: warn })
  // One program needs one worker; each further one would only have to start.
  const executor = createExecutor({ tools, workers: 1 })
  try {
    await executor.start()
  } catch (error) {
    await executor.close().catch(() => {
      // The caller gets the error of the start.
    })
    throw error
  }
  return executor
}
