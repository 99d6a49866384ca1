/** What an execution asks of whoever hosts it: the embedded engine, or a daemon with a store. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { CallApproval } from './call-approval.ts'
import type { JournalRecord } from './journal-record.ts'
import type { CompiledProgram } from './messages.ts'
import type { Redaction } from './redaction.ts'

/** Keeps an execution so that it outlives the process. */
export interface JournalWriter {
  /** Whether it does so now; what is not durable becomes it when it waits for a person. */
  readonly isDurable: boolean
  /** Takes a record; it is durable when a later {@link sync} has resolved. */
  record(record: JournalRecord): void
  /** Takes the program as compiled; as {@link record}. */
  program(program: CompiledProgram): void
  /** Resolves when everything that was taken is durable; at once when nothing has to be. */
  sync(): Promise<void>
  /** Reads texts of deliveries that are durable, in the order of their numbers. */
  readTexts(seqs: readonly number[]): Promise<readonly string[]>
}

/**
 * What an execution requires of the program that hosts it: a place for events, approvals and
 * snapshots.
 */
export interface ExecutionHost {
  /** Told of each event, in order. */
  onEvent(event: ExecutionEvent): void
  /** Takes secrets out of what tools say; absent where none are known. */
  readonly redaction?: Redaction | undefined
  /** Absent where nothing outlives the process. */
  readonly writer?: JournalWriter
  /** Shows an approval to whoever may decide it; resolves when it is safe to wait for it. */
  showApproval(approval: CallApproval): Promise<void>
  /** The execution has got a worker, or has none any more. */
  onWorker?(hasWorker: boolean): void
  /** A worker that ran the execution was lost, and by nobody else's doing. */
  onWorkerLost?(): void
  /** What the execution's session has kept; asked for once, before the first run. */
  loadSnapshot?(): Promise<Uint8Array | undefined>
  /** Asks that an approval that nobody decided be decided as expired: see `RunningExecution.decide`. */
  expireApproval(approval: CallApproval): void
}
