/** What every store must do: `daemon/store/store.ts`, a test per behaviour. */

import type { Test } from 'tap'
import type { Store } from '../../daemon/store/store.ts'
import { approvalTests } from './store-approvals.ts'
import { fileTests } from './store-files.ts'
import { lifeTests } from './store-life.ts'
import { readingTests } from './store-reading.ts'
import { recoveryTests } from './store-recovery.ts'
import { sessionTests } from './store-sessions.ts'
import { sweepingTests } from './store-sweeping.ts'
import { webhookTests } from './store-webhooks.ts'
import { volatileSuite } from './volatile-suite.ts'

/** Opens a new, empty store, which is closed when the test ends. */
export type OpenStore = (t: Test) => Promise<Store>

/** Adds every test of stores on one to a file's tests. @param name of the store, as it stands before each test's own */
export function storeSuite(t: Test, name: string, open: OpenStore): void {
  volatileSuite(t, name, open)
  t.test(`${name}: the life of an execution`, t => lifeTests(t, open))
  t.test(`${name}: approvals`, t => approvalTests(t, open))
  t.test(`${name}: reading`, t => readingTests(t, open))
  t.test(`${name}: recovery and waking`, t => recoveryTests(t, open))
  t.test(`${name}: sessions`, t => sessionTests(t, open))
  t.test(`${name}: files`, t => fileTests(t, open))
  t.test(`${name}: webhooks`, t => webhookTests(t, open))
  t.test(`${name}: sweeping`, t => sweepingTests(t, open))
}
