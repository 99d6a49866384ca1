/** An executor with one worker, so that what one program does to it the next one would notice. */

import type { Test } from 'tap'
import type { EmbeddedExecutor, Outcome, ToolSet } from '../../executor/index.ts'
import { openExecutor } from './executor.ts'

/** A value that crosses in both directions, later. */
export const echo = async (value: unknown) => value

/** Starts an executor that is closed with the test; it has `echo` beside the given tools. */
export function startOneWorker(t: Test, tools: Exclude<ToolSet, readonly unknown[]> = {}) {
  return openExecutor(t, { workers: 1, tools: { echo, ...tools } })
}

/** Asserts that an honest program still gets its tools, its log and its value. */
export async function unharmed(t: Test, executor: EmbeddedExecutor): Promise<void> {
  const source = 'console.log("honest"); echo(20) + (await echo(22))'
  const { status, output, logText } = await executor.execute({ source })
  t.strictSame({ status, output, logText }, { status: 'completed', output: 42, logText: 'honest' })
}

/** What a test compares of an execution that has failed. */
export function failure(outcome: Outcome): unknown {
  if (!('error' in outcome)) return { status: outcome.status, output: outcome.output }
  const { code, limit } = outcome.error
  return limit === undefined ? { code } : { code, limit }
}

/** The failure for exceeding a limit. */
export const exceeded = (limit: string) => ({ code: 'LIMIT_EXCEEDED', limit })
