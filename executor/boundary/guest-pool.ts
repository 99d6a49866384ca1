/**
 * The interface of a pool. Executions run their guests on it, at either level of isolation: on
 * threads of this process (`executor/pool/worker-pool.ts`) or on threads of a child process
 * (`executor/pool/process/process-pool.ts`).
 */

import { errorText } from '../../protocol/base/error-text.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import type { Delivery, GuestMessage, GuestReport, GuestTask } from './messages.ts'
import type { WorkerStatistics } from './worker-statistics.ts'

/** The host's half of the latch: one guest on one worker. */
export interface GuestLink {
  /** Whether the guest runs at this moment, neither waiting nor ended. */
  readonly isRunning: boolean
  /** A number that changes as long as the guest is alive. */
  readonly heartbeat: number
  /** Milliseconds in which it may still answer once its time is over. */
  readonly graceMs: number
  /** Hands over the delivery that the guest waits for, or will wait for. */
  deliver(delivery: Delivery): void
  /** Stops the guest: it ends at its next poll or wait. */
  stop(): void
  /** Asks the guest to park at its next wait, or takes that back. */
  setParking(isWanted: boolean): void
  /**
   * Ends the worker's thread, which does not answer or is not to be trusted. The run rejects with
   * {@link ThreadEnded}; when it is over, the one that has the thread is lost.
   */
  endThread(): void
}

/** A task without its serial, which the pool adds. */
export type GuestWork = Omit<GuestTask, 'serial'>

/**
 * Checks what the worker of one run sends: after an escape the program may have sent it. Each value
 * is JSON in a string, or the value itself.
 */
export interface GuestReader {
  /** @throws {Error} for what no guest of ours sends */
  message(value: unknown): GuestMessage
  /** @throws {Error} for what no worker of ours reports */
  report(value: unknown): GuestReport
}

/** One run of a guest, as the pool sees it. */
export interface PoolRun {
  /**
   * Makes the work. The pool calls it when a worker is free, so that the guest's clock starts then.
   */
  readonly begin: (link: GuestLink) => GuestWork
  /** Receives each message of the guest, in order. The last ones come before the run settles. */
  readonly receive: (message: GuestMessage) => void
  /**
   * Resolves when there is room for further messages, before which the guest sends no more than its
   * lane may hold; absent or `undefined`: there is.
   */
  readonly room?: () => Promise<void> | undefined
  /** Whether the execution has had a worker before. */
  readonly isResume: boolean
  /** Name of the caller whose execution it is. Owners have equal shares of the workers' time. */
  readonly owner: string
  /** The execution's session: the worker of its last program may hold its state. Absent: none. */
  readonly session?: string | undefined
  /** The language of its program, which decides about the engine. */
  readonly language: Language
  /** The same object for all runs of an execution. */
  readonly execution: object
  /** Takes the run out of the queue when aborted before it has started. */
  readonly cancelled: AbortSignal
}

/** The workers that run guests, at one level of isolation; executions queue for them. */
export interface GuestPool {
  readonly isolation: IsolationLevel
  /** Threads that run guests. */
  readonly workers: number
  /** New executions that wait for a worker. */
  readonly queued: number
  /** New executions of a caller that wait for a worker. */
  queuedOf(owner: string): number
  /** Whether a worker is free that a caller may have, and not reserved. */
  hasFree(owner: string, language: Language): boolean
  /**
   * Reserves a worker for an execution on its way to {@link run}, so that {@link hasFree} leaves it out.
   *
   * @returns a function to call when it has come there, or is over
   */
  reserve(owner: string, language: Language): () => void
  /** Executions that were parked and wait for a worker to go on. */
  readonly resuming: number
  /** Executions that hold a worker. */
  readonly active: number
  /** Ids of the processes that the workers are threads of; absent: this one. */
  readonly pids?: readonly number[] | undefined
  /** Whether any execution waits for a worker. */
  readonly isPressed: boolean
  /** Starts the workers; resolves when the first has its standby guests ready. The others follow. */
  start(): Promise<void>
  /** The statistics of each worker. */
  statistics(): Promise<WorkerStatistics[]>
  /** Makes the workers give back memory that is no longer in use. */
  collect(): Promise<void>
  /**
   * Runs a guest on the next worker that is free, until it has ended or is parked.
   *
   * @throws {LatchdError} `EXECUTOR_CLOSED`
   * @throws {SharedLoss} when its worker was lost together with others, and may not be to blame
   * @throws {ForgedMessage} when its worker is not to be trusted any more, and was ended
   * @throws {Error} when its worker was lost
   */
  run(run: PoolRun): Promise<GuestReport>
  /** Ends the workers. Runs under way are lost: end them before. */
  close(): Promise<void>
}

/** A worker sent a message that no worker of ours sends. Its guest gets no other worker. */
export class ForgedMessage extends Error {
  override readonly name = 'ForgedMessage'

  constructor(cause: unknown) {
    super(`it sent ${errorText(cause)}`, { cause })
  }
}

/** The thread of a run was ended by {@link GuestLink.endThread}. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded'

  constructor() {
    super('its thread was ended')
  }
}

/** A worker was lost together with others. Any of their guests may be the reason. */
export class SharedLoss extends Error {
  override readonly name = 'SharedLoss'
}
