/** The store of an embedded executor: the part of the suite that needs no disk. */

import t from 'tap'
import { triedMemoryStore } from '../conformance/tried-memory-store.ts'
import { volatileSuite } from '../conformance/volatile-suite.ts'

volatileSuite(t, 'without a disk', async () => triedMemoryStore())
