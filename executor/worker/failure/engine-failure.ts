/** Errors that end a guest and are not its program's own: of its memory, and of a session's snapshot. */

import { LatchdError } from '../../../protocol/errors.ts'
import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import { OutOfGuestMemory } from '../../engine/guest.ts'

/**
 * The failure that an execution has by what was thrown; `undefined`: it is a fault of ours.
 *
 * @param memoryBytes the limit of the execution; a trap of the engine counts as its end of memory
 */
export function engineFailure(error: unknown, memoryBytes: number): ExecutionError | undefined {
  if (error instanceof LatchdError && error.code === 'SNAPSHOT_INCOMPATIBLE') {
    return { code: error.code, name: 'SnapshotIncompatible', message: error.message }
  }
  const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError
  if (!(error instanceof OutOfGuestMemory) && !isTrap) return undefined
  return {
    code: 'LIMIT_EXCEEDED',
    name: 'InternalError',
    message: `out of memory: the guest heap reached memoryBytes ${memoryBytes}`,
    limit: 'memoryBytes',
  }
}
