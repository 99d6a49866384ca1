/** An execution as apps read it, from the form in which it travels. */

import { type ErrorCode, LatchdError } from '../errors.ts'
import { decodeExact } from '../values/values.ts'
import type { Execution, Output } from './execution.ts'
import type { Outcome, RunResult } from './executor.ts'
import { type ReadFile, StoredFile } from './stored-file.ts'

/** Decodes the output, joins the logs, and makes the files readable. @param read reads their bytes */
export function toOutcome<T = unknown>(execution: Execution, read: ReadFile): Outcome<T> {
  const logText = execution.logs.map(({ text }) => text).join('\n')
  const files = execution.files?.map(file => new StoredFile(file, read)) ?? []
  if (execution.status !== 'completed') return { ...execution, files, output: undefined, logText }
  const { output, ...rest } = execution
  const value = decodeOutput(output, read) as T
  return { ...rest, files, output: value, outputForms: output, logText }
}

function decodeOutput({ value, encoded }: Output, read: ReadFile): unknown {
  if (encoded === undefined) return value
  try {
    return decodeExact(encoded, file => new StoredFile(file, read))
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
export function toRunResult<T>(outcome: Outcome<T>): RunResult<T> {
  const error = outcomeError(outcome)
  if (error !== undefined) throw error
  const isFinal = 'isFinalAnswer' in outcome && outcome.isFinalAnswer
  // The execution was awaited to its end and has no error, so it is completed.
  return { output: outcome.output as T, logs: outcome.logText, isFinal }
}
