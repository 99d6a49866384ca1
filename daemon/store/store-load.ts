/** How much a store holds. */

/** Counts of unfinished work in a store. */
export interface StoreLoad {
  readonly executions: Readonly<Record<'queued' | 'running' | 'waiting' | 'stuck', number>>
  /** Executions that can go on and have no owner. */
  readonly unclaimed: number
  readonly pendingApprovals: number
  readonly pendingWebhooks: number
  /** Bytes of the states of sessions. */
  readonly sessionBytes: number
  readonly sessions: number
  /** Bytes in use. */
  readonly bytes: number
}
