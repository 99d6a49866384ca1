import type { Diagnostic, ExecutionError } from '../../protocol/execution.ts'
import { codeFrame } from '../worker/code-frame.ts'
import { CHECK_SKIPPED } from './check-skipped.ts'

const HINT =
  'Nothing has run: put these places right and send the program again; tools are called as they are declared.'

/** The error of a program that is not run for its types; `undefined` when nothing speaks against it. */
export function typeErrorOf(
  diagnostics: readonly Diagnostic[],
  source: string,
): ExecutionError | undefined {
  const faults = diagnostics.filter(({ code }) => code !== CHECK_SKIPPED)
  const [first] = faults
  if (first === undefined) return undefined
  const { line, column } = first
  const list = faults.map(one => `${one.line}:${one.column} ${one.message}`)
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
