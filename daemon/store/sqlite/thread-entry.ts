/** Where the store's thread begins: the rest is loaded through the app's compile cache, if it has one. */

import { enableCompileCache, flushCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import type { ThreadStart } from './thread-facts.ts'

const { compileCache } = workerData as ThreadStart
if (compileCache !== undefined) enableCompileCache(compileCache)
await import('./thread.ts')
// Now, since a thread that is ended by another writes nothing.
if (compileCache !== undefined) flushCompileCache()
