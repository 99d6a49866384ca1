/**
 * The interface of a worker's control port. It is called by Comlink, so each method may be
 * asynchronous.
 */

/** The statistics of one worker. */
export interface WorkerStatistics {
  /** Executions that it ran. */
  readonly executions: number
  /** Guests rewound in place after an execution. */
  readonly rewound: number
  /** Guests made from the base snapshot. */
  readonly made: number
  /** Guests that stand ready. */
  readonly standbyGuests: number
}

/** The methods that a worker offers to its pool on the control port. */
export interface WorkerControl {
  /** Resolves when the worker's standby guests stand ready. */
  warmUp(): Promise<void>
  statistics(): WorkerStatistics
  /** Gives back memory that is no longer in use. Call it while the worker is idle. */
  collect(): void
  /** Drops the standby guests. The worker still runs the executions that it is given. */
  drain(): void
}
