/**
 * Rows of events: one for each addition, with its events.
 *
 * An ended execution is stored once, in the table `ending`. Its last event is stored without
 * `execution`, and gets it from there when it is read.
 */

import type { EndedExecution } from '../../../protocol/execution/execution.ts'
import type { StoredEvent } from '../stored-event.ts'
import type { Connection } from './connection.ts'
import type { ExecutionRef, RowId } from './execution-row.ts'
import { fromShortJson, toShortJson } from './short-json.ts'

interface EventRow {
  readonly execution_id: string
  readonly events: string
  readonly ending: string | null
}

type EndedEvent = Extract<StoredEvent, { type: 'execution-ended' }>
type RowEvent = StoredEvent | Omit<EndedEvent, 'execution'>

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
  const next = nextSequence(connection, to.id)
  if (first.sequence !== next) {
    throw new Error(`event ${first.sequence} is not the next one, which is ${next}`)
  }
  connection.run(
    'INSERT INTO event (execution, last, first, events) VALUES (?, ?, ?, ?)',
    to.id,
    last.sequence,
    first.sequence,
    toShortJson(
      events.map(event => toRowEvent(event, ending)),
      to.execution_id,
    ),
  )
}

/** The place of the next event of an execution. */
export function nextSequence(connection: Connection, execution: RowId): number {
  const known = connection.get<{ last: number | null }>(
    'SELECT max(last) AS last FROM event WHERE execution = ?',
    execution,
  )
  return (known?.last ?? 0) + 1
}

function toRowEvent(event: StoredEvent, ending: EndedExecution | undefined): RowEvent {
  if (event.type !== 'execution-ended') return event
  const { execution, ...others } = event
  return JSON.stringify(execution) === JSON.stringify(ending) ? others : event
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
    .flatMap(eventsOfRow)
    .filter(({ sequence }) => sequence > after)
}

function eventsOfRow({ execution_id, events, ending }: EventRow): StoredEvent[] {
  return fromShortJson<RowEvent[]>(events, execution_id).map(event => {
    if (event.type !== 'execution-ended' || 'execution' in event) return event
    const execution = fromShortJson<EndedExecution>(ending ?? 'null', execution_id)
    return { ...event, execution }
  })
}
