/** The contents that the records of files in an embedded store name. */

import type { Connection } from '../sqlite/connection.ts'

/** Each content once, with one of the files that have it. */
export function fileContentsOf(
  connection: Connection,
): { readonly sha256: string; readonly size: number; readonly fileId: string }[] {
  return connection.all(
    'SELECT sha256, max(size) AS size, min(file_id) AS fileId FROM file GROUP BY sha256 ORDER BY sha256',
  )
}
