/** Recovery when a daemon opens a store, and executions that wake by time. */

import { foldExecution, NO_USAGE } from '../../../executor/record/fold-execution.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import type { Recovery, StuckError, StuckExecution } from '../recovery-facts.ts'
import { messageFor } from '../webhook-messages.ts'
import type { Connection } from './connection.ts'
import { addEvents, nextSequence } from './event-rows.ts'
import type { ExecutionRow, RowId } from './execution-row.ts'
import { executionOfRow, findExecution, foldedExecution, isLive } from './execution-rows.ts'
import { toShortJson } from './short-json.ts'
import { isDamaged } from './sqlite-errors.ts'
import type { Webhooks } from './webhooks.ts'

/** After this many losses of the daemon with an execution, the execution may be the cause. */
const MAX_LOSSES = 5

const CRASH_LOOP: StuckError = {
  code: 'CRASH_LOOP',
  name: 'CrashLoop',
  message: `The daemon was lost ${MAX_LOSSES} times while the execution ran, without a new record of it`,
}

const DAMAGED: StuckError = {
  code: 'STORE_DAMAGED',
  name: 'StoreDamaged',
  message:
    'A page of the store that the execution needs is damaged: put a backup back, then retry it',
}

function stuckEvent(
  { execution_id: executionId }: ExecutionRow,
  sequence: number,
  atMs: number,
  error: StuckError,
): StuckExecution['event'] {
  return { type: 'execution-stuck', sequence, executionId, atMs, error }
}

/** An execution of which only its row can be read. */
function bare(row: ExecutionRow, nowMs: number): Execution {
  const kept = {
    executionId: row.execution_id,
    state: 'running',
    createdAtMs: row.created_ms,
    startedAtMs: row.started_ms ?? undefined,
    sessionId: row.session_id ?? undefined,
    metadata: undefined,
    usage: NO_USAGE,
    events: [],
  } as const
  return { ...foldExecution(kept, nowMs), status: 'stuck', error: DAMAGED } as Execution
}

/** Executions that can go on now, and when the next one can, in epoch milliseconds. */
export interface Due {
  readonly executionIds: readonly string[]
  readonly nextWakeMs: number | undefined
}

/** Operations on executions that no process has: recovered, due, or stuck. */
export class Recoveries {
  #connection: Connection
  #webhooks: Webhooks

  constructor(connection: Connection, webhooks: Webhooks) {
    this.#webhooks = webhooks
    this.#connection = connection
  }

  recover(nowMs: number, ran: readonly string[] | undefined): Recovery {
    const lost = `UPDATE execution SET losses = losses + 1 WHERE state IN ('queued', 'running')`
    if (ran === undefined) this.#connection.run(`${lost} AND state = 'running'`)
    for (const executionId of ran ?? []) {
      this.#connection.run(`${lost} AND execution_id = ?`, executionId)
    }
    const stuck = this.#connection
      .all<{ id: RowId }>(
        `SELECT id FROM execution WHERE state IN ('queued', 'running') AND losses >= ?`,
        MAX_LOSSES,
      )
      .map(({ id }) => this.#markStuck(executionOfRow(this.#connection, id), nowMs, CRASH_LOOP))
    // The first part reads the index of states, the second the index of decisions without a
    // delivery.
    const resume = this.#connection.all<{ execution_id: string }>(
      `SELECT created_ms, execution_id FROM execution WHERE state IN ('queued', 'running')
        UNION
        SELECT created_ms, execution_id FROM execution
          WHERE state = 'waiting' AND id IN (SELECT execution FROM wait WHERE is_ready = 1)
        ORDER BY created_ms, execution_id`,
    )
    const next = this.#connection.get<{ wake_ms: number | null }>(
      `SELECT min(wake_ms) AS wake_ms FROM execution INDEXED BY execution_to_wake
        WHERE state = 'waiting'`,
    )
    return {
      resume: resume.map(row => row.execution_id),
      nextWakeMs: next?.wake_ms ?? undefined,
      ...(stuck.length > 0 && { stuck }),
    }
  }

  /** An execution that cannot go on is stuck, with as much of it as can be read. */
  quarantine(
    executionId: string,
    nowMs: number,
    error: StuckError = DAMAGED,
  ): StuckExecution | undefined {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined || !isLive(row.state)) return undefined
    this.#connection.run('SAVEPOINT quarantine')
    try {
      return this.#markStuck(row, nowMs, error)
    } catch (fault) {
      if (!isDamaged(fault)) throw fault
      this.#connection.run('ROLLBACK TO quarantine')
      this.#setStuck(row, bare(row, nowMs))
      // Its stream has no readable place for the event.
      const event = stuckEvent(row, 1, nowMs, DAMAGED)
      return { owner: row.owner, createdAtMs: row.created_ms, event }
    } finally {
      this.#connection.run('RELEASE quarantine')
    }
  }

  /** Stores it as it stands, with the error, until a caller retries it. */
  #markStuck(row: ExecutionRow, nowMs: number, error: StuckError): StuckExecution {
    const running = foldedExecution(this.#connection, row, 'running', nowMs)
    this.#setStuck(row, { ...running, status: 'stuck', error } as Execution)
    const event = stuckEvent(row, nextSequence(this.#connection, row.id), nowMs, error)
    addEvents(this.#connection, row, [event], undefined)
    const message = row.webhook_url === null ? undefined : messageFor(row.webhook_url, event)
    if (message !== undefined) this.#webhooks.add(row, [message])
    return { owner: row.owner, createdAtMs: row.created_ms, event }
  }

  #setStuck(row: ExecutionRow, stuck: Execution): void {
    this.#connection.run(`UPDATE execution SET state = 'stuck' WHERE id = ?`, row.id)
    this.#connection.run(
      'INSERT INTO ending (execution, body) VALUES (?, ?)',
      row.id,
      toShortJson(stuck, row.execution_id),
    )
  }

  // The index is named here and above, since SQLite would take all that wait by state, and sort them.
  due(nowMs: number, limit: number): Due {
    const ready = this.#connection.all<{ execution_id: string }>(
      `SELECT DISTINCT execution_id FROM wait JOIN execution ON execution.id = wait.execution
        WHERE is_ready = 1 AND state = 'waiting' LIMIT ?`,
      limit,
    )
    const rows = this.#connection.all<{ execution_id: string; wake_ms: number }>(
      `SELECT execution_id, wake_ms FROM execution INDEXED BY execution_to_wake
        WHERE state = 'waiting' ORDER BY wake_ms LIMIT ?`,
      limit + 1,
    )
    const due = rows.slice(0, limit).filter(row => row.wake_ms <= nowMs)
    const ids = new Set([...ready, ...due].map(row => row.execution_id))
    return {
      executionIds: [...ids],
      nextWakeMs: rows[due.length]?.wake_ms,
    }
  }
}
