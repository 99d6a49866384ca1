/** Runs Python programs in this process: an executor for the tests of one file. */

import {
  createExecutor,
  type EmbeddedExecutor,
  type ExecutorOptions,
} from '../../executor/index.ts'
import type { ExecuteRequest, Outcome } from '../../protocol/execution/executor.ts'
import { isolation } from '../support/isolation.ts'

/** What a program gave: its output, or the name and message of its error, and its console. */
export interface Ended {
  readonly output?: unknown
  readonly error?: string
  readonly logs: readonly string[]
  readonly outcome: Outcome
}

/** An executor with one Python worker, and a way to run programs on it. */
export function pythonExecutor(
  t: { teardown(release: () => Promise<void>): unknown },
  options: ExecutorOptions = {},
  make: (options: ExecutorOptions) => EmbeddedExecutor = createExecutor,
) {
  const executor = make({ workers: 1, isolation, ...options })
  t.teardown(() => executor.close())
  const run = async (
    source: string,
    more: Partial<Omit<ExecuteRequest, 'source' | 'language'>> = {},
  ): Promise<Ended> => {
    const outcome = await executor.execute({ source, language: 'python', ...more })
    const logs = outcome.logs.map(({ text }) => text)
    if (outcome.status === 'completed') return { output: outcome.output, logs, outcome }
    const { error } = outcome as { error?: { name: string; message: string } }
    return { error: `${error?.name}: ${error?.message}`, logs, outcome }
  }
  return { executor, run }
}
