/** Lists of executions, page by page, over those in memory and those in the store. */

import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import { isBefore } from '../../executor/store/place.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import type { Page } from '../store/page.ts'
import { fromCursor, toCursor } from '../store/page.ts'
import type { ListQuery, Store } from '../store/store.ts'
import { type ExecutionFilter, isFiltered, isWanted, startOf } from './execution-filter.ts'
import type { OtherDaemons } from './other-daemons.ts'
import { type BudgetedPage, readWithinBudget, withinBudget } from './page-budget.ts'

/** One page of executions: status, filter, cursor and length. */
export interface PageQuery extends Omit<ListQuery, 'owner' | 'after'> {
  readonly filter?: ExecutionFilter
  /** Cursor of an earlier page. */
  readonly after: string | undefined
}

/** With a filter a page reads this many executions at once, and checks at most the second number. */
const SCANNED_AT_ONCE = 100
const MAX_SCANNED = 2000

/** Where the executions of a list are. */
export interface ListedStores {
  readonly memory: Pick<MemoryExecutions, 'list'>
  readonly store: Pick<Store, 'list'>
  readonly others?: Pick<OtherDaemons, 'lists'> | undefined
}

/**
 * A page of executions, newest first. With a filter a page may have fewer than `limit` entries, or
 * none, and still a `nextCursor`: a bounded number was looked at, and the next page goes on there.
 *
 * @param owner whose executions; `undefined`: all owners'
 * @throws {LatchdError} `INVALID_REQUEST` for a bad cursor
 */
export async function listExecutions(
  stores: ListedStores,
  { status, parentIds, limit, after: cursor, filter = {} }: PageQuery,
  owner: string | undefined,
): Promise<Page<Execution>> {
  const oldestMs = filter.createdFromMs ?? Number.NEGATIVE_INFINITY
  const pageSize = isFiltered(filter) ? Math.max(limit, SCANNED_AT_ONCE) : limit
  const data: Execution[] = []
  let after = startOf(cursor === undefined ? undefined : fromCursor(cursor), filter)
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += pageSize) {
    const page = await pageOf(stores, { owner, status, parentIds, after, limit: pageSize })
    for (const execution of page.data) {
      if (execution.createdAtMs < oldestMs) return { data }
      after = placeOf(execution)
      if (isWanted(execution, filter)) data.push(execution)
      if (data.length === limit) return { data, nextCursor: toCursor(after) }
    }
    if (!page.isCut) return { data }
    // The rest of it would be more than one answer may hold.
    if (page.data.length < pageSize) break
  }
  return { data, ...(after && { nextCursor: toCursor(after) }) }
}

async function pageOf(
  { memory, store, others }: ListedStores,
  query: ListQuery,
): Promise<BudgetedPage<Execution>> {
  const [stored, away = []] = await Promise.all([
    readWithinBudget(
      query.limit,
      query.after,
      (after, limit) => store.list({ ...query, after, limit }),
      placeOf,
    ),
    others?.lists(query),
  ])
  const inMemory = { data: memory.list(query), isCut: false }
  const pages = [inMemory, ...away, stored]
  // Executions older than the last that was read would come before others that were not.
  const ends = pages.flatMap(({ data, isCut }) => (isCut ? data.slice(-1) : [])).map(placeOf)
  const isRead = (execution: Execution) =>
    ends.every(end => end.id === execution.executionId || isBefore(placeOf(execution), end))
  // An execution that becomes durable at this moment may be in both.
  const found = pages
    .flatMap(({ data }) => data)
    .filter(isRead)
    .map(execution => [execution.executionId, execution] as const)
  const placed = [...new Map(found).values()].sort((a, b) =>
    isBefore(placeOf(a), placeOf(b)) ? -1 : 1,
  )
  const { data, isCut } = withinBudget(placed, query.limit)
  return { data, isCut: isCut || ends.length > 0 }
}

const placeOf = ({ createdAtMs, executionId }: Execution) => ({ createdAtMs, id: executionId })
