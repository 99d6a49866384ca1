/** Idempotency keys: what a submission with a known key comes to. */

import type { KeyedExecution, SubmitOutcome } from '../store.ts'

/** The outcome of a submission whose key was used before. */
export function outcomeOfKey(known: KeyedExecution, bodyHash: string): SubmitOutcome {
  const { executionId } = known
  if (known.bodyHash !== bodyHash) return { kind: 'key-reused' }
  return { kind: known.isRemoved ? 'removed' : 'known', executionId }
}
