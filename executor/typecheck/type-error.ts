import type { Diagnostic, ExecutionError } from '../../protocol/execution/execution.ts'
import { codeFrame } from '../diagnosis/code-frame.ts'
import { CHECK_SKIPPED } from './check-skipped.ts'

const HINT =
  'Nothing has run: put these places right and send the program again; tools are called as they are declared.'

const NOT_CHECKED_HINT =
  'Nothing has run: send the program again, make it smaller, or ask for typecheck "warn", which runs what could not be checked.'

/**
 * The error of a program that may run only with checked types; `undefined` when it may run. A
 * program that could not be checked does not run: a caller that wants that asks for `warn`.
 */
export function typeErrorOf(
  diagnostics: readonly Diagnostic[],
  source: string,
): ExecutionError | undefined {
  const [first] = diagnostics
  if (first === undefined) return undefined
  const skipped = diagnostics.find(({ code }) => code === CHECK_SKIPPED)
  if (skipped !== undefined) {
    return {
      code: 'CHECK_UNAVAILABLE',
      name: 'TypeCheckUnavailable',
      message: skipped.message,
      hint: NOT_CHECKED_HINT,
    }
  }
  const { line, column } = first
  const list = diagnostics.map(one => `${one.line}:${one.column} ${one.message}`)
  const frame = codeFrame(source, line, column)
  return {
    code: 'TYPE_ERROR',
    name: 'TypeCheckError',
    message: list.length === 1 ? first.message : `${list.length} faults:\n${list.join('\n')}`,
    line,
    column,
    ...(frame !== undefined && { frame }),
    hint: HINT,
  }
}
