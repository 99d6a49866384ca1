/** Executions and events as readers see them. */

import type { StoredEvent } from '../../../executor/store/stored-event.ts'
import type { Execution, ExecutionStatus } from '../../../protocol/execution/execution.ts'
import type { ListQuery, StoredExecution, StoreShares, StoreStatistics } from '../store.ts'
import type { StoreLoad } from '../store-load.ts'
import type { Connection } from './connection.ts'
import { eventsOf } from './event-rows.ts'
import type { ExecutionRow } from './execution-row.ts'
import { currentExecution, findExecution } from './execution-rows.ts'
import { newestFirst } from './newest-first.ts'
import { usedBytes } from './space.ts'

/** Every status; the list of the protocol would load its schemas into this thread. */
const statuses = Object.keys({
  queued: true,
  running: true,
  waiting: true,
  completed: true,
  failed: true,
  cancelled: true,
  stuck: true,
} satisfies Record<ExecutionStatus, true>)

/** The part of an index that has the executions of a list, or the parts. */
interface IndexParts {
  readonly where: string
  readonly parts: readonly (readonly string[])[]
}

function byState({ owner, status }: ListQuery): IndexParts {
  const wanted = status === undefined ? statuses : [status]
  return owner === undefined
    ? { where: 'WHERE state = ?', parts: wanted.map(state => [state]) }
    : { where: 'WHERE owner = ? AND state = ?', parts: wanted.map(state => [owner, state]) }
}

function byParent({ owner, status, parentIds = [] }: ListQuery): IndexParts {
  const conditions = [
    'parent_id = ?',
    ...(owner === undefined ? [] : ['owner = ?']),
    ...(status === undefined ? [] : ['state = ?']),
  ]
  const rest = [owner, status].filter(value => value !== undefined)
  return {
    // An owner may have many of a state, and an execution few beneath it.
    where: `INDEXED BY execution_by_parent WHERE ${conditions.join(' AND ')}`,
    parts: parentIds.map(id => [id, ...rest]),
  }
}

/** Operations that read executions, events and counts. */
export class Queries {
  #connection: Connection
  #now: () => number

  /** @param now epoch milliseconds, for the age of executions that go on */
  constructor(connection: Connection, now: () => number) {
    this.#connection = connection
    this.#now = now
  }

  get(executionId: string): StoredExecution | undefined {
    const row = findExecution(this.#connection, executionId)
    return (
      row && { owner: row.owner, execution: currentExecution(this.#connection, row, this.#now()) }
    )
  }

  list(query: ListQuery): Execution[] {
    const { where, parts } = query.parentIds === undefined ? byState(query) : byParent(query)
    const select = `SELECT created_ms, execution_id AS name FROM execution ${where}`
    const nowMs = this.#now()
    return newestFirst(this.#connection, select, 'execution_id', parts, query).map(({ name }) =>
      currentExecution(
        this.#connection,
        findExecution(this.#connection, name) as ExecutionRow,
        nowMs,
      ),
    )
  }

  events(executionId: string, after: number): StoredEvent[] {
    const row = findExecution(this.#connection, executionId)
    return row === undefined ? [] : eventsOf(this.#connection, row.id, after)
  }

  /** Counts over the tables; they read whole indexes. */
  counts(): Pick<StoreStatistics, 'executionsByStatus' | 'pendingApprovals' | 'bytes'> {
    const states = this.#connection.all<{ state: string; count: number }>(
      'SELECT state, count(*) AS count FROM execution GROUP BY state',
    )
    const pending = this.#connection.get<{ count: number }>(
      `SELECT count(*) AS count FROM wait WHERE status = 'pending'`,
    )
    return {
      executionsByStatus: Object.fromEntries(states.map(({ state, count }) => [state, count])),
      pendingApprovals: pending?.count ?? 0,
      bytes: usedBytes(this.#connection),
    }
  }

  #sessionBytes(): number {
    const text = 'SELECT sum(snapshot_bytes + run_bytes) AS bytes FROM session'
    return this.#connection.get<{ bytes: number | null }>(text)?.bytes ?? 0
  }

  #unclaimed(): number {
    return (
      this.#connection.get<{ count: number }>(
        `SELECT count(*) AS count FROM execution INDEXED BY execution_to_claim
          WHERE wake_ms IS NOT NULL AND wake_ms <= ?`,
        this.#now(),
      )?.count ?? 0
    )
  }

  shares(): StoreShares {
    const byOwner = (table: 'session' | 'webhook') => {
      const rows = this.#connection.all<{ owner: string; count: number }>(
        `SELECT owner, count(*) AS count FROM ${table} GROUP BY owner`,
      )
      return Object.fromEntries(rows.map(({ owner, count }) => [owner, count]))
    }
    return { sessions: byOwner('session'), webhooks: byOwner('webhook') }
  }

  /** Counts of unfinished work; they read only the indexes of that. */
  load(): StoreLoad {
    const count = (text: string, ...parameters: string[]) =>
      this.#connection.get<{ count: number }>(
        `SELECT count(*) AS count FROM ${text}`,
        ...parameters,
      )?.count ?? 0
    const inState = (state: string) => count('execution WHERE state = ?', state)
    return {
      executions: {
        queued: inState('queued'),
        running: inState('running'),
        waiting: inState('waiting'),
        stuck: inState('stuck'),
      },
      unclaimed: this.#unclaimed(),
      pendingApprovals: count(`wait WHERE status = 'pending'`),
      pendingWebhooks: count('webhook'),
      sessionBytes: this.#sessionBytes(),
      sessions: count('session'),
      bytes: usedBytes(this.#connection),
    }
  }
}
