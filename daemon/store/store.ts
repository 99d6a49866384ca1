/** Where executions are kept. What is above this interface does not know how. */

import type { ExecutionEvent } from '../../protocol/events.ts'
import type { EndedExecution, Execution, ExecutionStatus } from '../../protocol/execution.ts'

/** An execution and whose it is. */
export interface StoredExecution {
  /** Name of the token that it was submitted with. */
  readonly owner: string
  readonly execution: Execution
}

export interface ListQuery {
  /** Whose executions; absent: everybody's. */
  readonly owner: string | undefined
  readonly status: ExecutionStatus | undefined
  /** Cursor that an earlier page gave. */
  readonly after: string | undefined
  /** At most so many, from 1. */
  readonly limit: number
}

export interface Page {
  readonly data: readonly Execution[]
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string
}

/** Writing: an execution is submitted, its events are appended, it is finished. */
export interface ExecutionWriter {
  /** Takes an execution; `read` tells how it stands as long as it has not finished. */
  submit(executionId: string, owner: string, read: () => Execution): Promise<void>
  append(executionId: string, event: ExecutionEvent): void
  finish(execution: EndedExecution): Promise<void>
  /** Forgets an ended execution with its events. */
  remove(executionId: string): Promise<void>
}

/** Reading. Newest first in lists. */
export interface ExecutionReader {
  get(executionId: string): Promise<StoredExecution | undefined>
  list(query: ListQuery): Promise<Page>
  /** The events after a sequence number, in order. */
  events(executionId: string, after: number): Promise<readonly ExecutionEvent[]>
}

export interface ExecutionStore extends ExecutionWriter, ExecutionReader {}
