/**
 * Ceilings that depend on the machine: the part of this process's memory that one execution may
 * have.
 */

import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { limitTable } from '../../protocol/limits.ts'

/** One journal may have this share of the heap of this process … */
const HEAP_SHARE = 0.25
/** … and this share of the memory of the machine, or of the control group. */
const MEMORY_SHARE = 0.125

/** The heap limit of this process, and the memory that it may use, in bytes. */
export interface KnownMemory {
  readonly heapBytes: number
  readonly memoryBytes: number
}

/** The memory of this process and its machine. */
export function knownMemory(): KnownMemory {
  // 0 or a number beyond all memory: the process has no bound of its own.
  const ownBytes = process.constrainedMemory()
  return {
    heapBytes: getHeapStatistics().heap_size_limit,
    memoryBytes: ownBytes > 0 ? Math.min(ownBytes, totalmem()) : totalmem(),
  }
}

/**
 * The most that `maxJournalBytes` may be here: the ceiling of the table, or less on a small
 * machine; never less than the default.
 */
export function journalCeiling({ heapBytes, memoryBytes }: KnownMemory): number {
  const fitting = Math.floor(Math.min(HEAP_SHARE * heapBytes, MEMORY_SHARE * memoryBytes))
  const { ceiling, default: least } = limitTable.maxJournalBytes
  return Math.min(ceiling, Math.max(least, fitting))
}
