/** An executor for one test file, and the two ways in which its programs end. */

import { inspect } from 'node:util'
import {
  createExecutor,
  type EmbeddedExecutor,
  type ExecuteRequest,
  type ExecutorOptions,
  type Outcome,
  type ToolSet,
} from '../../executor/index.ts'
import type { ExecutionError } from '../../protocol/execution/execution.ts'
import { isolation } from './isolation.ts'

/** What closes things with a test. */
interface Closing {
  teardown(release: () => Promise<void>): unknown
}

/** Starts an executor that is closed with the test. */
export function openExecutor(t: Closing, options: ExecutorOptions): EmbeddedExecutor {
  const executor = createExecutor({ isolation, ...options })
  t.teardown(() => executor.close())
  return executor
}

/** One with one worker, which is enough for a file: what waits leaves its worker to others. */
export function startExecutor(t: Closing, tools: ToolSet = []): EmbeddedExecutor {
  return openExecutor(t, { workers: 1, tools })
}

/** What a program that must complete gave. @throws with the program's error when it does not */
export async function outputOf(
  executor: EmbeddedExecutor,
  request: string | ExecuteRequest,
): Promise<unknown> {
  const outcome = await completed(executor, request)
  return outcome.output
}

/** The outcome of a program that must complete. @throws with the program's error when it does not */
export async function completed(
  executor: EmbeddedExecutor,
  request: string | ExecuteRequest,
): Promise<Extract<Outcome, { status: 'completed' }>> {
  const outcome = await executor.execute(asRequest(request))
  if (outcome.status === 'completed') return outcome
  throw new Error(`The program has not completed: ${endOf(outcome)}`)
}

/** The error of a program that must fail. @throws with the outcome when it completes */
export async function failureOf(
  executor: EmbeddedExecutor,
  request: string | ExecuteRequest,
): Promise<ExecutionError> {
  const outcome = await executor.execute(asRequest(request))
  if (outcome.status === 'failed') return outcome.error
  throw new Error(`The program has not failed: ${endOf(outcome)}`)
}

function endOf(outcome: Outcome): string {
  const { status, output } = outcome
  return inspect({ status, ...('error' in outcome ? { error: outcome.error } : { output }) })
}

const asRequest = (request: string | ExecuteRequest): ExecuteRequest =>
  typeof request === 'string' ? { source: request } : request
