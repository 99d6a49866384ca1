/** An execution as apps read it, from the form in which it travels. */

import { type ErrorCode, LatchdError } from './errors.ts'
import type { Execution, Output } from './execution.ts'
import type { Outcome, RunResult } from './executor.ts'
import { decodeExact } from './values.ts'

/** Decodes the output and joins the logs. */
export function toOutcome(execution: Execution): Outcome {
  const logText = execution.logs.map(({ text }) => text).join('\n')
  if (execution.status !== 'completed') return { ...execution, output: undefined, logText }
  const { output, ...rest } = execution
  return { ...rest, output: decodeOutput(output), outputForms: output, logText }
}

function decodeOutput({ value, encoded }: Output): unknown {
  if (encoded === undefined) return value
  try {
    return decodeExact(encoded)
  } catch {
    // Nested deeper than this engine's stack reaches: the plain form ends before that.
    return value
  }
}

/** The error of an outcome that has one, to be thrown. */
export function outcomeError(outcome: Outcome): LatchdError | undefined {
  if (!('error' in outcome)) return undefined
  const { code, name, message, line, column } = outcome.error
  const where = line === undefined ? '' : ` (line ${line}, column ${column})`
  return new LatchdError(code as ErrorCode, `${name}: ${message}${where}`, { cause: outcome.error })
}

/** The origin systems' tuple. @throws {LatchdError} when the program failed */
export function toRunResult(outcome: Outcome): RunResult {
  const error = outcomeError(outcome)
  if (error !== undefined) throw error
  const isFinal = 'isFinalAnswer' in outcome && outcome.isFinalAnswer
  return { output: outcome.output, logs: outcome.logText, isFinal }
}
