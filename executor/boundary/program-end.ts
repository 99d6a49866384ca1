/** How a program came to its own end, as far as each repetition of it must end the same way. */

import { hash } from 'node:crypto'
import type { ExecutionError, Output } from '../../protocol/execution/execution.ts'
import type { GuestOutcome, ProgramEnd } from './messages.ts'

/** The end of a program with this output. */
export const completedEnd = ({
  value,
  encoded = '',
}: Pick<Output, 'value' | 'encoded'>): ProgramEnd => ({
  status: 'completed',
  outputHash: hash('sha256', JSON.stringify([value, encoded])),
})

/** The end of a program with this error. */
export const failedEnd = ({ code, limit }: ExecutionError): ProgramEnd => ({
  status: 'failed',
  code,
  limit,
})

/** The end of a run; `undefined` when the program did not come to one of its own. */
export function endOfRun(outcome: GuestOutcome): ProgramEnd | undefined {
  if (outcome.status === 'failed') return failedEnd(outcome.error)
  if (outcome.status !== 'completed') return undefined
  const { json, encoded } = outcome.output
  return completedEnd({ value: JSON.parse(json), ...(encoded !== undefined && { encoded }) })
}

/** Whether two ends are the same. */
export const isSameEnd = (one: ProgramEnd, other: ProgramEnd): boolean =>
  one.status === 'completed'
    ? other.status === 'completed' && one.outputHash === other.outputHash
    : other.status === 'failed' && one.code === other.code && one.limit === other.limit
