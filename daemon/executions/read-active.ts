/** An execution in memory, as its callers may see it. */

import type { Execution } from '../../protocol/execution/execution.ts'
import { isOver } from '../../protocol/execution/status.ts'
import type { ActiveExecution } from './active.ts'

/** An execution in memory as it stands; an end that is not stored yet does not count. */
export function readActive({ running, writer }: ActiveExecution): Execution {
  const execution = running.read()
  if (!writer.isDurable || !isOver(execution)) return execution
  const fields = Object.entries({ ...execution, status: 'running' })
  return Object.fromEntries(fields.filter(([name]) => !OF_AN_END.has(name))) as Execution
}

/** Fields that only an ended execution has. */
const OF_AN_END = new Set(['output', 'isFinalAnswer', 'error', 'endedAtMs'])
