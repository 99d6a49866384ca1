/** The memory that every guest begins with. */

import type { Snapshot } from 'quickjs-wasi'
import type { MemoryPart } from '../memory-parts.ts'
import type { HeapEnd } from './heap-end.ts'
import type { HeapLayout } from './heap-fields.ts'

/** The prelude's entry points, in the order of `executor/guest/prelude.ts`. */
export const entryNames = [
  'equip',
  'begin',
  'finish',
  'deliver',
  'describe',
  'describeRejection',
  'beginSession',
  'declare',
  'undeclare',
  'finishSession',
  'rest',
  'currentStack',
  'waitingStack',
  'variableText',
] as const

/** The name of an entry point of the prelude. */
export type EntryName = (typeof entryNames)[number]

/**
 * A virtual machine at rest, with the prelude loaded and no program. Every guest starts as a copy.
 */
export interface BaseSnapshot {
  readonly module: WebAssembly.Module
  /** The registers of the engine. */
  readonly snapshot: Omit<Snapshot, 'memory'>
  /** The memory's length. */
  readonly memoryBytes: number
  /** The parts of the memory that are not zero, in order; most of it is. They have bytes of their own. */
  readonly parts: readonly MemoryPart[]
  /**
   * Pages that are not zero in the memory of a new instance and are zero here: their addresses. What a
   * new instance needs is that these are cleared and the parts are put in.
   */
  readonly instancePages: readonly number[]
  /** Names and versions of the runtime that made the snapshot. */
  readonly engine: string
  /** Addresses of the entry points, and of `undefined`, in the snapshot's memory. */
  readonly entries: Readonly<Record<EntryName | 'undefined', number>>
  /** SHA-256 of the snapshot's memory, hexadecimal. */
  readonly memoryHash: string
  /** Address of the engine's interrupt counter; see `context-fields.ts`. */
  readonly interruptCounter: number
  /** Where plain values are read; `undefined` for an engine of another build. See `heap-layout.ts`. */
  readonly heap: HeapLayout | undefined
  /** Where the heap ends; `undefined` for an engine of another build. See `heap-end.ts`. */
  readonly heapEnd: HeapEnd | undefined
}
