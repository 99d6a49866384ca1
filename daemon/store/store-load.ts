/** How much a store holds. */

/** What a store holds that has not come to its end. */
export interface StoreLoad {
  readonly executions: Readonly<Record<'queued' | 'running' | 'waiting' | 'stuck', number>>
  readonly pendingApprovals: number
  readonly pendingWebhooks: number
  /** Bytes of the states of sessions. */
  readonly sessionBytes: number
  readonly sessions: number
  /** Bytes that are in use. */
  readonly bytes: number
}
