/** Events as a store has them. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'

/** An event that has a place in its execution's stream: all but progress. */
export type StoredEvent = Extract<ExecutionEvent, { sequence: number }>
