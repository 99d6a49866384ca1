/** Recovery when a daemon opens a store, and executions that cannot go on. */

import type { Execution } from '../../../protocol/execution/execution.ts'
import type { Opening, OpeningFacts } from '../claim-facts.ts'
import type { StuckError, StuckExecution } from '../recovery-facts.ts'
import {
  bareRecord,
  CRASH_LOOP,
  DAMAGED,
  isCrashLoop,
  lost,
  stuckExecution,
  stuckRecord,
} from '../rules/recovery.ts'
import { toShortJson } from '../rules/short-json.ts'
import { finished, isOwned } from '../rules/standing.ts'
import { messageFor } from '../webhook-messages.ts'
import type { Connection } from './connection.ts'
import { addEvents, nextSequence } from './event-rows.ts'
import type { ExecutionRow, RowId } from './execution-row.ts'
import { executionOfRow, findExecution, foldedExecution, writeStanding } from './execution-rows.ts'
import { isDamaged } from './sqlite-errors.ts'
import type { Webhooks } from './webhooks.ts'

/** Operations on executions that no process has: recovered, or stuck. */
export class Recoveries {
  #connection: Connection
  #webhooks: Webhooks

  constructor(connection: Connection, webhooks: Webhooks) {
    this.#webhooks = webhooks
    this.#connection = connection
  }

  open({ nowMs, ran }: OpeningFacts): Opening {
    const hadWorker = ran === undefined ? undefined : new Set(ran)
    const rows = this.#connection
      .all<{ id: RowId }>(
        `SELECT id FROM execution WHERE state IN ('queued', 'running') AND wake_ms IS NULL`,
      )
      .map(({ id }) => executionOfRow(this.#connection, id))
    const stuck: StuckExecution[] = []
    for (const row of rows) {
      const wasRunning = hadWorker?.has(row.execution_id) ?? row.state === 'running'
      const next = lost(row, wasRunning, nowMs)
      writeStanding(this.#connection, row.id, next)
      if (isCrashLoop(next)) stuck.push(this.#markStuck(next, nowMs, CRASH_LOOP))
    }
    return { stuck }
  }

  /** An execution that cannot go on is stuck, with as much of it as can be read. */
  quarantine(
    executionId: string,
    epoch: number,
    nowMs: number,
    error: StuckError = DAMAGED,
  ): StuckExecution | undefined {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined || row.epoch !== epoch || !isOwned(row)) return undefined
    this.#connection.run('SAVEPOINT quarantine')
    try {
      return this.#markStuck(row, nowMs, error)
    } catch (fault) {
      if (!isDamaged(fault)) throw fault
      this.#connection.run('ROLLBACK TO quarantine')
      this.#setStuck(row, bareRecord(row, nowMs))
      // Its stream has no readable place for the event.
      return stuckExecution(row, 1, nowMs, DAMAGED)
    } finally {
      this.#connection.run('RELEASE quarantine')
    }
  }

  /** Stores it as it stands, with the error, until a caller retries it. */
  #markStuck(row: ExecutionRow, nowMs: number, error: StuckError): StuckExecution {
    const running = foldedExecution(this.#connection, row, 'running', nowMs)
    this.#setStuck(row, stuckRecord(running, error))
    const stuck = stuckExecution(row, nextSequence(this.#connection, row.id), nowMs, error)
    const { event } = stuck
    addEvents(this.#connection, row, [event], undefined)
    const message = row.webhook_url === null ? undefined : messageFor(row.webhook_url, event)
    if (message !== undefined) this.#webhooks.add(row, [message])
    return stuck
  }

  #setStuck(row: ExecutionRow, stuck: Execution): void {
    writeStanding(this.#connection, row.id, finished(row, stuck))
    this.#connection.run(
      'INSERT INTO ending (execution, body) VALUES (?, ?)',
      row.id,
      toShortJson(stuck, row.execution_id),
    )
  }
}
