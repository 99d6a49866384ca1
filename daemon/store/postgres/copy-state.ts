/** How far the copy of an embedded store into a database has come, in the database itself. */

import type { Transaction } from './database.ts'
import { meta, setMeta } from './migrations.ts'

/** The state of a copy. */
export interface CopyState {
  /** The id of the store that is copied. */
  readonly storeId: string
  /** The folder that it is in. */
  readonly from: string
  /** The table that is being copied, by its place in the order. */
  readonly table: number
  /** The key of its last row that was copied; `null`: none was. */
  readonly after: readonly (string | number)[] | null
  readonly isFinished: boolean
}

const NAME = 'copy'

/** The state of a database's copy; `undefined`: nothing was ever copied into it. */
export async function copyState(tx: Transaction): Promise<CopyState | undefined> {
  const text = await meta(tx, NAME)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Keeps the state. */
export async function setCopyState(tx: Transaction, state: CopyState): Promise<void> {
  await setMeta(tx, NAME, JSON.stringify(state))
}

/** The state of a copy that has begun and not ended: no daemon may use the database meanwhile. */
export async function unfinishedCopy(tx: Transaction): Promise<CopyState | undefined> {
  const state = await copyState(tx)
  return state?.isFinished === false ? state : undefined
}
