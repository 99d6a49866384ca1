/** Rows of events: one for each addition, with its events. */

import type { StoredEvent } from '../../../executor/store/stored-event.ts'
import type { EndedExecution } from '../../../protocol/execution/execution.ts'
import { eventsOfText, eventsText, requireNext } from '../rules/event-text.ts'
import type { Connection } from './connection.ts'
import type { ExecutionRef, RowId } from './execution-row.ts'

interface EventRow {
  readonly execution_id: string
  readonly events: string
  readonly ending: string | null
}

/** @param ending the execution as it ends with this addition */
export function addEvents(
  connection: Connection,
  to: ExecutionRef,
  events: readonly StoredEvent[],
  ending: EndedExecution | undefined,
): void {
  const first = events[0]
  const last = events.at(-1)
  if (first === undefined || last === undefined) return
  const added = connection.run(
    `INSERT INTO event (execution, last, first, events) SELECT ?1, ?2, ?3, ?4
      WHERE ?3 = 1 + ifnull((SELECT max(last) FROM event WHERE execution = ?1), 0)`,
    to.id,
    last.sequence,
    first.sequence,
    eventsText(events, to.execution_id, ending),
  )
  if (added === 0) requireNext(events, nextSequence(connection, to.id))
}

/** The place of the next event of an execution. */
export function nextSequence(connection: Connection, execution: RowId): number {
  const known = connection.get<{ last: number | null }>(
    'SELECT max(last) AS last FROM event WHERE execution = ?',
    execution,
  )
  return (known?.last ?? 0) + 1
}

/** Events of an execution after a sequence number, in order. */
export function eventsOf(connection: Connection, execution: number, after: number): StoredEvent[] {
  return connection
    .all<EventRow>(
      `SELECT execution_id, events, body AS ending FROM event
        JOIN execution ON execution.id = event.execution
        LEFT JOIN ending ON ending.execution = event.execution
        WHERE event.execution = ? AND last > ? ORDER BY last`,
      execution,
      after,
    )
    .flatMap(row => eventsOfText(row.events, row.execution_id, row.ending))
    .filter(({ sequence }) => sequence > after)
}
