/** What two daemons do to one store at the same time. */

import type { Database } from '../../../daemon/store/postgres/database.ts'
import type { PostgresStore } from '../../../daemon/store/postgres/postgres-store.ts'
import type { StepGround } from '../cuts/step.ts'

/** One of the two daemons. */
export interface Side {
  readonly store: PostgresStore
  readonly database: Database
}

/** Operations any two of which may be carried out at the same time, on what is there before. */
export interface StoreScene {
  readonly name: string
  readonly prepare: (ground: StepGround) => Promise<unknown>
  /** By name; each gives an answer that can be compared. */
  readonly operations: Readonly<Record<string, (side: Side) => Promise<unknown>>>
  /**
   * Operations whose answers are lists, and that pass over what another one has locked at this moment:
   * each is carried out once more at the end, and adds to its list.
   */
  readonly repeating?: readonly string[]
  /** By its name and that of an earlier one: what the second of the two answers, one after the other. */
  readonly inTurn?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /**
   * Operations that pass over what others have locked, and the names of those that they do not wait
   * for: while one of those is under way each ends before it.
   */
  readonly neverWaiting?: Readonly<Record<string, readonly string[]>>
}
