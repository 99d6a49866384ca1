/**
 * Where a worker thread begins: everything else is loaded through the app's compile cache, if it has
 * one, which saves three quarters of the time that loading takes.
 */

import { enableCompileCache, flushCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import type { Pristine } from '../engine/quickjs.ts'
import { seal } from './seal.ts'

/** What a thread of the pool is started with. */
export interface WorkerStart {
  readonly pristine: Pristine
  /** The pool's pressure; see `protocol/latch.ts`. */
  readonly pressure: SharedArrayBuffer
  /** Parks every guest at every wait: for tests. */
  readonly parksAlways: boolean
  /** Folder of the app's compile cache; `undefined` when it uses none. */
  readonly compileCache: string | undefined
}

const { compileCache } = workerData as WorkerStart
if (compileCache !== undefined) enableCompileCache(compileCache)
const { execute } = await import('./worker.ts')
// Now, since a thread that is ended by another writes nothing.
if (compileCache !== undefined) flushCompileCache()
seal()

export default execute
