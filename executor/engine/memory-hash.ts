/** The hash of a memory, and the check of the base snapshot against it. */

import { createHash, type Hash } from 'node:crypto'
import { type MemoryPart, zeroWasmPage } from './memory-parts.ts'
import type { BaseSnapshot } from './quickjs/base-snapshot-shape.ts'

/** SHA-256 of a memory, hexadecimal. */
export const hashOf = (memory: Uint8Array): string =>
  createHash('sha256').update(memory).digest('hex')

/** The same of a memory of which these are the parts that are not zero, in order. */
export function hashOfParts(parts: readonly MemoryPart[], memoryBytes: number): string {
  const hash = createHash('sha256')
  let end = 0
  for (const { at, bytes } of parts) {
    addZeros(hash, at - end)
    hash.update(bytes)
    end = at + bytes.length
  }
  addZeros(hash, memoryBytes - end)
  return hash.digest('hex')
}

/** By one short block: an array as long as the zeros would be memory of the machine, page by page. */
function addZeros(hash: Hash, count: number): void {
  const { length } = zeroWasmPage
  for (let left = count; left > 0; left -= length) hash.update(zeroWasmPage.subarray(0, left))
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
