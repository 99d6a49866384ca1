/**
 * Events as a store has them: one text for each addition.
 *
 * An ended execution is stored once, as its ending. Its last event is stored without `execution`, and
 * gets it from there when it is read.
 */

import type { StoredEvent } from '../../../executor/store/stored-event.ts'
import type { EndedExecution } from '../../../protocol/execution/execution.ts'
import { fromShortJson, toShortJson } from './short-json.ts'

type EndedEvent = Extract<StoredEvent, { type: 'execution-ended' }>
type RowEvent = StoredEvent | Omit<EndedEvent, 'execution'>

/** The text of the events of one addition. @param ending the execution as it ends with them */
export function eventsText(
  events: readonly StoredEvent[],
  executionId: string,
  ending: EndedExecution | undefined,
): string {
  return toShortJson(
    events.map(event => toRowEvent(event, ending)),
    executionId,
  )
}

/** The events that a string holds. @param ending the text of the execution's ending; `null`: it has none */
export function eventsOfText(
  events: string,
  executionId: string,
  ending: string | null,
): StoredEvent[] {
  return fromShortJson<RowEvent[]>(events, executionId).map(event => {
    if (event.type !== 'execution-ended' || 'execution' in event) return event
    return { ...event, execution: fromShortJson<EndedExecution>(ending ?? 'null', executionId) }
  })
}

/** Checks that events are the next ones of their execution. @throws {Error} they are not */
export function requireNext(events: readonly StoredEvent[], next: number): void {
  const [first] = events
  if (first === undefined || first.sequence === next) return
  throw new Error(`event ${first.sequence} is not the next one, which is ${next}`)
}

function toRowEvent(event: StoredEvent, ending: EndedExecution | undefined): RowEvent {
  if (event.type !== 'execution-ended') return event
  const { execution, ...others } = event
  // Nearly always the same object, which crosses to the store's thread as one.
  const isEnding = execution === ending || JSON.stringify(execution) === JSON.stringify(ending)
  return isEnding ? others : event
}
