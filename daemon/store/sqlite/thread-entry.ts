/** The entry of the store's thread: it loads the rest through the app's compile cache, if any. */

import { enableCompileCache, flushCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import type { ThreadStart } from './thread-facts.ts'

const { compileCache } = workerData as ThreadStart
if (compileCache !== undefined) enableCompileCache(compileCache)
await import('./thread.ts')
// Now, since a terminated thread writes nothing.
if (compileCache !== undefined) flushCompileCache()
