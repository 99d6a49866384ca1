/** How much of a database's file is in use. */

import type { Connection } from './connection.ts'

/** Bytes of the pages in use; freed pages are reused. */
export function usedBytes(connection: Connection): number {
  const pages = connection.pragma('page_count') as number
  const free = connection.pragma('freelist_count') as number
  return (pages - free) * (connection.pragma('page_size') as number)
}
