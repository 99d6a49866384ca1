/** What every store must do, one without a disk included: `executor/store/volatile-store.ts`. */

import type { Test } from 'tap'
import type { Addition, Ending, Submission } from '../../daemon/store/store.ts'
import type { Promised, VolatileStore } from '../../executor/store/volatile-store.ts'
import { volatileApprovalTests } from './volatile-approvals.ts'
import { volatileReadingTests } from './volatile-reading.ts'
import { volatileSessionTests } from './volatile-sessions.ts'

/** A store with the writes that the tests begin with. */
export interface TriedStore extends Promised<VolatileStore> {
  submit(submission: Submission): Promise<unknown>
  append(executionId: string, epoch: number, addition: Addition): Promise<void>
  finish(executionId: string, epoch: number, ending: Ending): Promise<void>
}

/** Opens a new, empty store. */
export type OpenTriedStore = (t: Test) => Promise<TriedStore>

/** Adds the tests of what every store does to a file's tests. */
export function volatileSuite(t: Test, name: string, open: OpenTriedStore): void {
  t.test(`${name}: reading executions`, t => volatileReadingTests(t, open))
  t.test(`${name}: deciding approvals`, t => volatileApprovalTests(t, open))
  t.test(`${name}: holding sessions`, t => volatileSessionTests(t, open))
}
