/** What a daemon does with a store that it opens, and what wakes by time. */

import type { Execution } from '../../../protocol/execution.ts'
import { messageFor } from '../../webhooks/message.ts'
import type { Recovery, StuckError, StuckExecution } from '../store.ts'
import type { Connection } from './connection.ts'
import { addEvents, nextSequence } from './event-rows.ts'
import { executionOfRow, foldedExecution, type RowId } from './execution-rows.ts'
import { toShortJson } from './short-json.ts'
import type { Webhooks } from './webhooks.ts'

/** An execution with which the daemon was lost so often may be what costs the daemon. */
const MAX_LOSSES = 5

const CRASH_LOOP: StuckError = {
  code: 'CRASH_LOOP',
  name: 'CrashLoop',
  message: `The daemon was lost ${MAX_LOSSES} times while the execution ran, without a new record of it`,
}

export interface Due {
  readonly executionIds: readonly string[]
  readonly nextWakeMs: number | undefined
}

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
      .map(({ id }) => this.#stick(id, nowMs))
    // The first part reads the index of states, the second the one of decisions that nobody was told.
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

  /** Keeps it as it stands, with the error, until it is told to go on. */
  #stick(id: RowId, nowMs: number): StuckExecution {
    const row = executionOfRow(this.#connection, id)
    const running = foldedExecution(this.#connection, row, 'running', nowMs)
    const stuck = { ...running, status: 'stuck', error: CRASH_LOOP } as Execution
    this.#connection.run(`UPDATE execution SET state = 'stuck' WHERE id = ?`, id)
    this.#connection.run(
      'INSERT INTO ending (execution, body) VALUES (?, ?)',
      id,
      toShortJson(stuck, row.execution_id),
    )
    const event = {
      type: 'execution-stuck',
      sequence: nextSequence(this.#connection, id),
      executionId: row.execution_id,
      atMs: nowMs,
      error: CRASH_LOOP,
    } as const
    addEvents(this.#connection, row, [event], undefined)
    const message = row.webhook_url === null ? undefined : messageFor(row.webhook_url, event)
    if (message !== undefined) this.#webhooks.add(row, [message])
    return { createdAtMs: row.created_ms, event }
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
