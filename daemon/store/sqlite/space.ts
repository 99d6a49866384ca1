/** How much of a database's file is in use, and of the folder of files beside it. */

import type { Connection } from './connection.ts'

/** Bytes of the pages in use; freed pages are reused. */
export function usedBytes(connection: Connection): number {
  const pages = connection.pragma('page_count') as number
  const free = connection.pragma('freelist_count') as number
  return (pages - free) * (connection.pragma('page_size') as number)
}

/** Bytes of the contents that executions of the store have as files, each content once. */
export function contentBytes(connection: Connection): number {
  const row = connection.get<{ bytes: number | null }>(
    `SELECT sum(size) AS bytes FROM (SELECT DISTINCT sha256, size FROM file
      WHERE EXISTS (SELECT 1 FROM execution WHERE execution.execution_id = file.execution_id))`,
  )
  return row?.bytes ?? 0
}

/** Of the files of executions that are not there any more what no other execution has. */
export function contentBytesOf(connection: Connection, executionIds: readonly string[]): number {
  const row = connection.get<{ bytes: number | null }>(
    `SELECT sum(size) AS bytes FROM (SELECT DISTINCT sha256, size FROM file
      WHERE execution_id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
        SELECT 1 FROM file other JOIN execution ON execution.execution_id = other.execution_id
        WHERE other.sha256 = file.sha256))`,
    JSON.stringify(executionIds),
  )
  return row?.bytes ?? 0
}
