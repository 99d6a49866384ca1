/**
 * The interface between an execution and its host: the embedded engine, or a daemon with a store.
 */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { ExecutionFiles } from '../files/execution-files.ts'
import type { CallApproval } from './call-approval.ts'
import type { JournalRecord } from './journal-record.ts'
import type { CompiledProgram, GuestSession } from './messages.ts'
import type { Redaction } from './redaction.ts'

/** Keeps an execution so that it outlives the process. */
export interface JournalWriter {
  /**
   * Whether it does so now. An execution that is not durable becomes so when it waits for a person.
   */
  readonly isDurable: boolean
  /** Takes a record. It is durable when a later {@link sync} has resolved. */
  record(record: JournalRecord): void
  /** Takes the program as compiled; as {@link record}. */
  program(program: CompiledProgram): void
  /** Resolves when everything that was taken is durable; at once when nothing has to be. */
  sync(): Promise<void>
  /** Reads texts of deliveries that are durable, in the order of their numbers. */
  readTexts(callNumbers: readonly number[]): Promise<readonly string[]>
}

/**
 * What an execution requires of the program that hosts it: a place for events, approvals and
 * snapshots.
 */
export interface ExecutionHost {
  /** Receives each event, in order. */
  onEvent(event: ExecutionEvent): void
  /** Takes secrets out of the texts of tools; absent when no secrets are known. */
  readonly redaction?: Redaction | undefined
  /** The files of the execution; absent where there is no place for files. */
  readonly files?: ExecutionFiles | undefined
  /** Absent where nothing outlives the process. */
  readonly writer?: JournalWriter
  /** Shows an approval to the people who may decide it. Resolves when the execution may wait for it. */
  showApproval(approval: CallApproval): Promise<void>
  /** The execution waits for a worker from now on, or has one already; before each of its runs. */
  onQueued?(): void
  /** The execution has got a worker, or has none any more. */
  onWorker?(hasWorker: boolean): void
  /** A worker that ran the execution was lost, and no other execution is to blame. */
  onWorkerLost?(): void
  /**
   * The session of the execution, before its first run; `undefined`: it has none.
   *
   * @param isWhole whether the name of its state does not do
   * @throws {LatchdError} `SNAPSHOT_INCOMPATIBLE`
   */
  openSession?(isWhole: boolean): GuestSession | undefined | Promise<GuestSession | undefined>
  /** Asks the host to decide an approval as expired: see `RunningExecution.decide`. */
  expireApproval(approval: CallApproval): void
}
