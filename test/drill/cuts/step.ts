/** One operation of a store that is carried out while its connection is lost. */

import type { Database } from '../../../daemon/store/postgres/database.ts'
import type { PostgresStore } from '../../../daemon/store/postgres/postgres-store.ts'

/** What a step works with. */
export interface StepGround {
  /** Reaches its database by the connection that is lost. */
  readonly store: PostgresStore
  /** The same connection, for what a daemon does by itself. */
  readonly database: Database
  /** Another daemon, whose connection stays. */
  readonly other: PostgresStore
  /** The connection of that one. */
  readonly otherDatabase: Database
}

/** An operation, and what is there before it. */
export interface Step {
  readonly name: string
  readonly prepare?: (ground: StepGround) => Promise<unknown>
  /** Carries it out; its answer is the same whether or not a connection is lost. */
  readonly act: (ground: StepGround) => Promise<unknown>
}

/** What became of several things, as values. */
export async function outcomesOf(all: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(all)
  return settled.map(one =>
    one.status === 'fulfilled' ? one.value : { code: (one.reason as { code?: unknown }).code },
  )
}
