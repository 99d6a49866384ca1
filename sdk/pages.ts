/** A daemon's lists, read page by page. */

import { MAX_PAGE_LIMIT } from '../protocol/page-limits.ts'
import type { Connection } from './http.ts'

/** The query of a list; absent values are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>

interface Page<T> {
  readonly data: readonly T[]
  readonly nextCursor?: string
}

/** The path with a query. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) search.set(key, String(value))
  return `${path}?${search}`
}

/** All entries of a list, in its order. */
export async function allPages<T>(
  connection: Connection,
  path: string,
  query: Query = {},
): Promise<readonly T[]> {
  const entries: T[] = []
  let after: string | undefined
  do {
    const page: Page<T> = await connection.json(
      'GET',
      withQuery(path, { ...query, limit: MAX_PAGE_LIMIT, after }),
    )
    entries.push(...page.data)
    after = page.nextCursor
  } while (after !== undefined)
  return entries
}
