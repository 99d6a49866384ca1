/** The hash of a memory, and the check of the base snapshot against it. */

import { createHash } from 'node:crypto'
import type { BaseSnapshot } from './quickjs/base-snapshot-shape.ts'

/** SHA-256 of a memory, hexadecimal. */
export const hashOf = (memory: Uint8Array): string =>
  createHash('sha256').update(memory).digest('hex')

/**
 * Compares a thread's copy of the base snapshot with the hash from the host.
 *
 * @throws {Error} when the copy has changed
 */
export function requireWhole({ snapshot, memoryHash }: BaseSnapshot): void {
  if (hashOf(snapshot.memory) === memoryHash) return
  throw new Error('The base snapshot of this thread is not the one that it was given')
}
