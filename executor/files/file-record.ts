/** The record of a stored file, and the place for records. */

import type { FileFacts } from '../../protocol/values/file-reference.ts'

/**
 * Why a file is there: `upload`, a caller sent it; `transfer`, a client's tool sent it for the call
 * that it answers; `piece`, a program stores a larger file in several; `execution`, of a program.
 */
export const fileKinds = ['upload', 'transfer', 'piece', 'execution'] as const
/** One of {@link fileKinds}. */
export type FileKind = (typeof fileKinds)[number]

/** A file, as one owner has it. Several may have the same content. */
export interface FileRecord extends FileFacts {
  readonly kind: FileKind
  /** Name of the caller whose file it is. */
  readonly owner: string
  /** The execution that it goes with; absent of an upload. */
  readonly executionId?: string
  /** The session of that execution, whose later programs may keep the file. */
  readonly sessionId?: string
  /** Epoch milliseconds. */
  readonly createdAtMs: number
}

/** Where the records of files are kept. A promise resolves when its effect is durable. */
export interface FileRecords {
  /** Adds a record, or replaces the one of its id. */
  addFile(record: FileRecord): Promise<void>
  file(fileId: string): Promise<FileRecord | undefined>
  /** The files that go with an execution, pieces included. */
  filesOfExecution(executionId: string): Promise<readonly FileRecord[]>
  /** Bytes of the files of a session's executions. */
  sessionFileBytes(sessionId: string): Promise<number>
  /** Bytes of all files of an owner. */
  ownerFileBytes(owner: string): Promise<number>
  /** Removes records. Returns the hashes of contents that no record has any more. */
  removeFiles(fileIds: readonly string[]): Promise<readonly string[]>
}

/** The facts of a record, as they cross to programs and callers. */
export function factsOf(record: FileRecord): FileFacts {
  const { fileId, name, type, size, sha256, lastModified } = record
  return { fileId, ...(name !== undefined && { name }), type, size, sha256, lastModified }
}
