/** The statistics that a worker reports. */

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
