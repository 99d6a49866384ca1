/** Entry point of a worker thread: loads everything, and then drops its access to the outside. */

import { flushCompileCache } from 'node:module'
import type { BaseSnapshot, EngineName } from '../engine/engine.ts'
import { seal } from './seal.ts'

/** The data that a thread of the pool is started with. */
export interface WorkerStart {
  readonly engine: EngineName
  readonly baseSnapshot: BaseSnapshot
  /** The pool's pressure; see `protocol/latch.ts`. */
  readonly pressure: SharedArrayBuffer
  /** Parks every guest at every wait: for tests. */
  readonly parksAlways: boolean
}

// The only variable of its environment. Node has read it.
delete process.env.NODE_COMPILE_CACHE
const { serve, engineNames } = await import('./worker.ts')
// Flushed now, since a thread that another one ends writes nothing.
flushCompileCache()
seal(engineNames)

export default serve
