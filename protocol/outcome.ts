/** An execution as apps read it, from the form in which it travels. */

import { type ErrorCode, LatchdError } from './errors.ts'
import type { Execution } from './execution.ts'
import type { Outcome, RunResult } from './executor.ts'
import { decodeExact } from './values.ts'

/** Decodes the output and joins the logs. */
export function toOutcome(execution: Execution): Outcome {
  const logText = execution.logs.map(({ text }) => text).join('\n')
  if (execution.status !== 'completed') return { ...execution, output: undefined, logText }
  const { output, ...rest } = execution
  const value = output.encoded === undefined ? output.value : decodeExact(output.encoded)
  return { ...rest, output: value, outputForms: output, logText }
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
