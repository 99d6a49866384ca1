/** A program's failure as people read it. */

import type { ExecutionError } from '../../../protocol/execution/execution.ts'

/** Message with its place, the lines around it, the guest's frames, and a hint. */
export function failureText({
  name,
  message,
  line,
  column,
  frame,
  stack,
  hint,
}: ExecutionError): string {
  const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`
  const parts = [`${name}: ${message}${place}`, frame, stack, hint && `Hint: ${hint}`]
  return parts.filter(part => part).join('\n')
}
