/** The part of a store that keeps the records of files. Their contents are in a folder. */

import type { FileRecords } from '../../executor/files/file-record.ts'

/** Records that one step of a sweep removes at most. */
export const MAX_SWEPT_FILES = 500

/** Which records a sweep removes. All instants are epoch milliseconds. */
export interface FileSweepBounds {
  /** Uploads that were made before. */
  readonly uploadedBeforeMs: number
  /** Files for calls that never came to use them. */
  readonly sentBeforeMs: number
  /** Files whose execution is nowhere any more, if they were made before. */
  readonly madeBeforeMs: number
  /** Executions that are in memory alone. */
  readonly inMemory: readonly string[]
}

/** What one step of a sweep has removed. Unless `isLast`, more may be left. */
export interface FileSweep {
  readonly files: number
  /** Hashes of contents that no record has any more. */
  readonly hashes: readonly string[]
  readonly isLast: boolean
}

/** Operations on the records of files. A promise resolves when its effect is durable. */
export interface FileStore extends FileRecords {
  /**
   * Removes uploads and files for calls that are old, files of executions that are neither in the
   * store nor in memory and whose session is gone, and pieces of executions that have ended.
   */
  sweepFiles(bounds: FileSweepBounds): Promise<FileSweep>
  /** Those of some hashes that no record has. */
  unusedContents(hashes: readonly string[]): Promise<readonly string[]>
}
