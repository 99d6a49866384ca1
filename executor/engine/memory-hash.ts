/** The hash of a memory, and the check of the base snapshot against it. */

import { createHash } from 'node:crypto'
import type { MemoryPart } from './memory-parts.ts'
import type { BaseSnapshot } from './quickjs/base-snapshot-shape.ts'

/** SHA-256 of a memory, hexadecimal. */
export const hashOf = (memory: Uint8Array): string =>
  createHash('sha256').update(memory).digest('hex')

/** The same of a memory of which these are the parts that are not zero, in order. */
export function hashOfParts(parts: readonly MemoryPart[], memoryBytes: number): string {
  const hash = createHash('sha256')
  let end = 0
  for (const { at, bytes } of parts) {
    hash.update(new Uint8Array(at - end)).update(bytes)
    end = at + bytes.length
  }
  return hash.update(new Uint8Array(memoryBytes - end)).digest('hex')
}

/**
 * Compares a thread's copy of the base snapshot with the hash from the host.
 *
 * @throws {Error} when the copy has changed
 */
export function requireWhole({ parts, memoryBytes, memoryHash }: BaseSnapshot): void {
  if (hashOfParts(parts, memoryBytes) === memoryHash) return
  throw new Error('The base snapshot of this thread is not the one that it was given')
}
