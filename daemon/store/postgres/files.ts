/** The records of files. Their contents are in a folder of each daemon. */

import type { FileKind, FileRecord } from '../../../executor/files/file-record.ts'
import {
  type FileStore,
  type FileSweep,
  type FileSweepBounds,
  MAX_SWEPT_FILES,
} from '../file-store.ts'
import type { Transaction } from './database.ts'
import { fromLiteral, fromLiteralOrNull, toLiteral } from './exact-text.ts'
import type { PartRuns } from './in-order.ts'

interface FileRow {
  readonly file_id: string
  readonly kind: FileKind
  readonly owner: string
  readonly execution_id: string | null
  readonly session_id: string | null
  readonly name_text: string | null
  readonly type_text: string
  readonly size: number
  readonly sha256: string
  readonly last_modified_ms: number
  readonly created_ms: number
}

/** Adds the record of a file; one with the same id takes its place. */
async function addFile(tx: Transaction, record: FileRecord): Promise<void> {
  await tx.run(
    `INSERT INTO file (file_id, kind, owner, execution_id, session_id, name_text, type_text, size,
        sha256, last_modified_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      ON CONFLICT (file_id) DO UPDATE SET kind = excluded.kind, owner = excluded.owner,
        execution_id = excluded.execution_id, session_id = excluded.session_id,
        name_text = excluded.name_text, type_text = excluded.type_text, size = excluded.size,
        sha256 = excluded.sha256, last_modified_ms = excluded.last_modified_ms,
        created_ms = excluded.created_ms`,
    [
      record.fileId,
      record.kind,
      record.owner,
      record.executionId ?? null,
      record.sessionId ?? null,
      record.name === undefined ? null : toLiteral(record.name),
      toLiteral(record.type),
      record.size,
      record.sha256,
      record.lastModified,
      record.createdAtMs,
    ],
  )
}

/** The record of a file. */
async function readFile(tx: Transaction, fileId: string): Promise<FileRecord | undefined> {
  const [row] = await tx.rows<FileRow>('SELECT * FROM file WHERE file_id = $1', [fileId])
  return row && recordOf(row)
}

/** The records of the files of an execution. */
async function filesOfExecution(tx: Transaction, executionId: string): Promise<FileRecord[]> {
  const sql = 'SELECT * FROM file WHERE execution_id = $1 ORDER BY file_id'
  return (await tx.rows<FileRow>(sql, [executionId])).map(recordOf)
}

/** Bytes of the files of a session. */
function sessionFileBytes(tx: Transaction, sessionId: string): Promise<number> {
  return bytesOf(tx, 'session_id = $1', sessionId)
}

/** Bytes of the files of an owner. */
function ownerFileBytes(tx: Transaction, owner: string): Promise<number> {
  return bytesOf(tx, 'owner = $1', owner)
}

async function bytesOf(tx: Transaction, condition: string, value: string): Promise<number> {
  const [row] = await tx.rows<{ bytes: number }>(
    `SELECT coalesce(sum(size), 0)::bigint AS bytes FROM file WHERE ${condition}`,
    [value],
  )
  return row?.bytes ?? 0
}

/** Removes records; returns the hashes of contents that no record has any more. */
export async function removeFiles(tx: Transaction, fileIds: readonly string[]): Promise<string[]> {
  const hashes = await removeRows(tx, fileIds)
  // A repetition: the first attempt has removed their rows.
  return await unusedContents(tx, [...hashes, ...((tx.before ?? []) as string[])])
}

/** Removes records; returns the hashes of their contents. */
async function removeRows(tx: Transaction, fileIds: readonly string[]): Promise<string[]> {
  const removed = await tx.rows<{ sha256: string }>(
    'DELETE FROM file WHERE file_id = ANY($1::text[]) RETURNING sha256',
    [fileIds],
  )
  return removed.map(({ sha256 }) => sha256)
}

/** One step of a sweep. */
async function sweepFiles(
  tx: Transaction,
  { uploadedBeforeMs, sentBeforeMs, madeBeforeMs, inMemory }: FileSweepBounds,
): Promise<FileSweep> {
  const rows = await tx.rows<{ file_id: string }>(
    `SELECT file_id FROM file f WHERE
      (kind = 'upload' AND created_ms < $1) OR (kind = 'transfer' AND created_ms < $2)
      OR (kind = 'piece' AND EXISTS (SELECT 1 FROM execution e
        WHERE e.execution_id = f.execution_id AND ended_ms IS NOT NULL))
      OR (f.execution_id IS NOT NULL AND created_ms < $3
        AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.execution_id = f.execution_id)
        AND f.execution_id <> ALL($4::text[])
        AND (f.session_id IS NULL
          OR NOT EXISTS (SELECT 1 FROM session s WHERE s.session_id = f.session_id)))
      LIMIT $5 FOR UPDATE SKIP LOCKED`,
    [uploadedBeforeMs, sentBeforeMs, madeBeforeMs, inMemory, MAX_SWEPT_FILES],
  )
  const ids = rows.map(({ file_id }) => file_id)
  const before = tx.before as FileSweep | undefined
  // A repetition: the first attempt has removed their rows.
  if (ids.length === 0 && before !== undefined) {
    return { ...before, hashes: await unusedContents(tx, before.hashes) }
  }
  const hashes = ids.length === 0 ? [] : await unusedContents(tx, await removeRows(tx, ids))
  return { files: ids.length, hashes, isLast: ids.length < MAX_SWEPT_FILES }
}

/** Those of some hashes that no record has. */
async function unusedContents(tx: Transaction, hashes: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ sha256: string }>(
    `SELECT DISTINCT h AS sha256 FROM unnest($1::text[]) h
      WHERE NOT EXISTS (SELECT 1 FROM file WHERE sha256 = h)`,
    [hashes],
  )
  return rows.map(({ sha256 }) => sha256)
}

function recordOf(row: FileRow): FileRecord {
  const name = fromLiteralOrNull(row.name_text)
  return {
    fileId: row.file_id,
    kind: row.kind,
    owner: row.owner,
    ...(row.execution_id !== null && { executionId: row.execution_id }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(name !== undefined && { name }),
    type: fromLiteral(row.type_text),
    size: row.size,
    sha256: row.sha256,
    lastModified: row.last_modified_ms,
    createdAtMs: row.created_ms,
  }
}

/** The part of the store that is about files. */
export function filesPart({ transaction, read }: PartRuns): FileStore {
  return {
    addFile: record => transaction([record.fileId], tx => addFile(tx, record)),
    file: fileId => read([fileId], tx => readFile(tx, fileId)),
    filesOfExecution: executionId => read([], tx => filesOfExecution(tx, executionId)),
    sessionFileBytes: sessionId => read([], tx => sessionFileBytes(tx, sessionId)),
    ownerFileBytes: owner => read([], tx => ownerFileBytes(tx, owner)),
    removeFiles: fileIds => transaction(fileIds, tx => removeFiles(tx, fileIds)),
    sweepFiles: bounds => transaction([], tx => sweepFiles(tx, bounds)),
    unusedContents: hashes => read([], tx => unusedContents(tx, hashes)),
  }
}
