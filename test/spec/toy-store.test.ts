/** Another store, in memory: the suite that every store passes, on the rules that all of them share. */

import t from 'tap'
import { storeSuite } from '../conformance/store-suite.ts'
import { toyStore } from '../conformance/toy-store.ts'

storeSuite(t, 'in memory', async () => toyStore())
