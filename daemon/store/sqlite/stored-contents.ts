/** The contents that a store's records of files name, read also while a daemon uses it. */

import { basename, dirname, join } from 'node:path'
import { openForReading } from './connection.ts'
import { CONTENTS_FOLDER, DATABASE_FILE } from './files.ts'
import { requireStore } from './migrations.ts'

/** A content that a record names. */
export interface StoredContent {
  /** In hex. */
  readonly sha256: string
  readonly size: number
}

/**
 * The contents that a store's records name, each once.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`, `INTERNAL` when it cannot be read
 */
export function storedContents(file: string): StoredContent[] {
  const connection = openForReading(file)
  try {
    requireStore(connection, file)
    // A store of an earlier version has none until a daemon opens it.
    const table = `SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = 'file'`
    if (connection.get(table) === undefined) return []
    return connection.all('SELECT DISTINCT sha256, size FROM file ORDER BY sha256')
  } finally {
    connection.close()
  }
}

/** The folder of a store's contents: in its state folder, or beside a copy. */
export function contentsFolderOf(file: string): string {
  return basename(file) === DATABASE_FILE ? join(dirname(file), CONTENTS_FOLDER) : `${file}.files`
}
