/** The records of files: the rows of the table `file`. */

import type { FileKind, FileRecord } from '../../../executor/files/file-record.ts'
import { type FileSweep, type FileSweepBounds, MAX_SWEPT_FILES } from '../file-store.ts'
import type { Connection } from './connection.ts'

interface FileRow {
  readonly file_id: string
  readonly kind: FileKind
  readonly owner: string
  readonly execution_id: string | null
  readonly session_id: string | null
  readonly name: string | null
  readonly type: string
  readonly size: number
  readonly sha256: string
  readonly last_modified_ms: number
  readonly created_ms: number
}

/** Operations on the records of files. */
export class Files {
  #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  add(record: FileRecord): void {
    this.#connection.run(
      `INSERT OR REPLACE INTO file (file_id, kind, owner, execution_id, session_id, name, type, size,
        sha256, last_modified_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.fileId,
      record.kind,
      record.owner,
      record.executionId ?? null,
      record.sessionId ?? null,
      record.name ?? null,
      record.type,
      record.size,
      record.sha256,
      record.lastModified,
      record.createdAtMs,
    )
  }

  file(fileId: string): FileRecord | undefined {
    const row = this.#connection.get<FileRow>('SELECT * FROM file WHERE file_id = ?', fileId)
    return row && recordOf(row)
  }

  ofExecution(executionId: string): FileRecord[] {
    return this.#connection
      .all<FileRow>('SELECT * FROM file WHERE execution_id = ?', executionId)
      .map(recordOf)
  }

  sessionBytes(sessionId: string): number {
    const sql = 'SELECT sum(size) AS bytes FROM file WHERE session_id = ?'
    return this.#connection.get<{ bytes: number | null }>(sql, sessionId)?.bytes ?? 0
  }

  ownerBytes(owner: string): number {
    const sql = 'SELECT sum(size) AS bytes FROM file WHERE owner = ?'
    return this.#connection.get<{ bytes: number | null }>(sql, owner)?.bytes ?? 0
  }

  /** Returns the hashes of contents that no record has any more. */
  remove(fileIds: readonly string[]): string[] {
    const removed = this.#connection.all<{ sha256: string }>(
      `DELETE FROM file WHERE file_id IN (SELECT value FROM json_each(?)) RETURNING sha256`,
      JSON.stringify(fileIds),
    )
    return this.unused(removed.map(({ sha256 }) => sha256))
  }

  sweep({ uploadedBeforeMs, sentBeforeMs, madeBeforeMs, inMemory }: FileSweepBounds): FileSweep {
    const rows = this.#connection.all<{ file_id: string }>(
      `SELECT file_id FROM file WHERE
        (kind = 'upload' AND created_ms < ?) OR (kind = 'transfer' AND created_ms < ?)
        OR (kind = 'piece' AND EXISTS (SELECT 1 FROM execution
          WHERE execution.execution_id = file.execution_id AND ended_ms IS NOT NULL))
        OR (file.execution_id IS NOT NULL AND created_ms < ?
          AND NOT EXISTS (SELECT 1 FROM execution WHERE execution.execution_id = file.execution_id)
          AND file.execution_id NOT IN (SELECT value FROM json_each(?))
          AND (file.session_id IS NULL
            OR NOT EXISTS (SELECT 1 FROM session WHERE session.session_id = file.session_id)))
        LIMIT ?`,
      uploadedBeforeMs,
      sentBeforeMs,
      madeBeforeMs,
      JSON.stringify(inMemory),
      MAX_SWEPT_FILES,
    )
    const hashes = rows.length === 0 ? [] : this.remove(rows.map(({ file_id }) => file_id))
    return { files: rows.length, hashes, isLast: rows.length < MAX_SWEPT_FILES }
  }

  /** Those of some hashes that no record has. */
  unused(hashes: readonly string[]): string[] {
    return this.#connection
      .all<{ sha256: string }>(
        `SELECT DISTINCT value AS sha256 FROM json_each(?)
          WHERE value NOT IN (SELECT sha256 FROM file WHERE sha256 = value)`,
        JSON.stringify(hashes),
      )
      .map(({ sha256 }) => sha256)
  }
}

function recordOf(row: FileRow): FileRecord {
  return {
    fileId: row.file_id,
    kind: row.kind,
    owner: row.owner,
    ...(row.execution_id !== null && { executionId: row.execution_id }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.name !== null && { name: row.name }),
    type: row.type,
    size: row.size,
    sha256: row.sha256,
    lastModified: row.last_modified_ms,
    createdAtMs: row.created_ms,
  }
}
