import type { Diagnostic } from '../../protocol/execution/execution.ts'

/** Code of the one diagnostic of a program that was not checked. */
export const CHECK_SKIPPED = 'CHECK_SKIPPED'

/** The one diagnostic of a program that was not checked. */
export function checkSkipped(reason: string): Diagnostic[] {
  const message = `The program was not type-checked: ${reason}.`
  return [{ line: 1, column: 1, code: CHECK_SKIPPED, message }]
}
