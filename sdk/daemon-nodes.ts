/** The daemons that share a store, as one of them lists them. */

/** The daemons that share a store. */
export interface DaemonNodes {
  /** `embedded`: the store is of one daemon. */
  readonly store: 'embedded' | 'postgres'
  /** The daemons that live, the first started first. */
  readonly data: readonly DaemonNode[]
}

/** A daemon, as the store knows it. */
export interface DaemonNode {
  readonly name: string
  /** Whether it is the one that answers. */
  readonly isThis: boolean
  readonly version: string
  /** The address at which the others reach the daemon; absent when it has named none. */
  readonly url?: string | undefined
  readonly startedAtMs: number
  /** When it last said that it lives, in epoch milliseconds. */
  readonly seenAtMs: number
  readonly workers: number
  /** Executions that have a worker. */
  readonly running: number
  /** Executions in its memory that have none. */
  readonly waiting: number
}
