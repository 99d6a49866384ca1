/** How much of a database's file is in use. */

import type { Connection } from './connection.ts'

/** Bytes of the pages that hold something; those that were freed are used again. */
export function usedBytes(connection: Connection): number {
  const pages = connection.pragma('page_count') as number
  const free = connection.pragma('freelist_count') as number
  return (pages - free) * (connection.pragma('page_size') as number)
}
