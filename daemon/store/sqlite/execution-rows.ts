/** Rows of executions: finding them, and what their columns mean. */

import {
  foldExecution,
  NO_USAGE,
  type StoredUsage,
} from '../../../executor/record/fold-execution.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import { sourceLine } from '../../../protocol/execution/source-line.ts'
import { fromShortJson } from '../rules/short-json.ts'
import { isLive, type LiveState, ownedUnder, type Standing } from '../rules/standing.ts'
import type { Connection } from './connection.ts'
import { eventsOf } from './event-rows.ts'
import { fromColumn, type TextColumn } from './exact-text.ts'
import type { ExecutionRow, RowId } from './execution-row.ts'
import { isDamaged } from './sqlite-errors.ts'

/** Characters of a source that are read for its first line. */
const SOURCE_HEAD = 500

const COLUMNS = `id, execution_id, owner, state, epoch, losses, created_ms, started_ms, deadline_ms,
  wake_ms, session_id, usage, webhook_url`

/** The row of an execution; `undefined` when the store does not have it. */
export function findExecution(
  connection: Connection,
  executionId: string,
): ExecutionRow | undefined {
  return connection.get(`SELECT ${COLUMNS} FROM execution WHERE execution_id = ?`, executionId)
}

/** The row with this id, which must be there. */
export function executionOfRow(connection: Connection, id: RowId): ExecutionRow {
  return connection.get(`SELECT ${COLUMNS} FROM execution WHERE id = ?`, id) as ExecutionRow
}

/**
 * The execution for its owner under an epoch.
 *
 * @throws {LatchdError} `STALE_OWNER`: it has a newer owner or none, or is not there
 */
export function ownedExecution(
  connection: Connection,
  executionId: string,
  epoch: number,
): ExecutionRow {
  return ownedUnder(findExecution(connection, executionId), executionId, epoch)
}

/** Stores how an execution stands. */
export function writeStanding(
  connection: Connection,
  id: RowId,
  { state, epoch, losses, wake_ms }: Standing,
): void {
  connection.run(
    'UPDATE execution SET state = ?, epoch = ?, losses = ?, wake_ms = ? WHERE id = ?',
    state,
    epoch,
    losses,
    wake_ms,
    id,
  )
}

/**
 * An execution as it stands: the stored record of an ended or stuck one, else read from its events.
 */
export function currentExecution(
  connection: Connection,
  row: ExecutionRow,
  nowMs: number,
): Execution {
  if (isLive(row.state)) {
    const line = sourceLine(sourceHead(connection, row.id))
    return foldedExecution(connection, row, row.state, nowMs, line)
  }
  const ending = connection.get<{ body: string }>(
    'SELECT body FROM ending WHERE execution = ?',
    row.id,
  )
  if (ending === undefined) throw new Error(`The store has lost how ${row.execution_id} ended`)
  return fromShortJson(ending.body, row.execution_id)
}

/**
 * An execution read from its events, in the state that the caller gives.
 *
 * @param line the first line of its source; left out where the source may be on a damaged page,
 *   which a transaction that writes must not touch
 */
export function foldedExecution(
  connection: Connection,
  row: ExecutionRow,
  state: LiveState,
  nowMs: number,
  line = '',
): Execution {
  const program = connection.get<{ metadata: string | null }>(
    `SELECT plan -> '$.metadata' AS metadata FROM program WHERE execution = ?`,
    row.id,
  )
  return foldExecution(
    {
      executionId: row.execution_id,
      state,
      sourceLine: line,
      createdAtMs: row.created_ms,
      startedAtMs: row.started_ms ?? undefined,
      sessionId: row.session_id ?? undefined,
      metadata: JSON.parse(program?.metadata ?? 'null') ?? undefined,
      usage: usageOf(row),
      events: eventsOf(connection, row.id, 0),
    },
    nowMs,
  )
}

/** How a source begins; empty when the page of the file that holds it is damaged. */
function sourceHead(connection: Connection, execution: number): string {
  try {
    const found = connection.get<{ head: TextColumn }>(
      `SELECT substr(blob.body, 1, ${SOURCE_HEAD}) AS head
        FROM program JOIN blob ON blob.id = program.source WHERE execution = ?`,
      execution,
    )
    return found === undefined ? '' : fromColumn(found.head)
  } catch (error) {
    // The execution can be shown without its program, which it only needs to go on.
    if (isDamaged(error)) return ''
    throw error
  }
}

function usageOf({ usage }: ExecutionRow): StoredUsage {
  return usage === null ? NO_USAGE : JSON.parse(usage)
}
