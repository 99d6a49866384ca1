/** Makes the pools for a level of isolation: threads here, or in child processes. */

import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import type { GuestPool } from '../boundary/guest-pool.ts'
import { EnginePools } from './engine-pools.ts'
import { MessageReader } from './message-reader.ts'
import { ProcessPool } from './process/process-pool.ts'
import { type PoolOptions, WorkerPool } from './worker-pool.ts'

/**
 * Another engine has a worker for so many of JavaScript's: each of them takes ten times the memory.
 */
const OTHER_SHARE = 2

/** @param workers threads for JavaScript, at least 1 */
export function makePool(
  isolation: IsolationLevel,
  workers: number,
  options: PoolOptions = {},
): GuestPool {
  const make = (count: number, more: PoolOptions) =>
    isolation === 'process'
      ? new ProcessPool(count, more)
      : new WorkerPool(count, more, work => new MessageReader(work))
  return new EnginePools(make(workers, options), engine =>
    make(Math.ceil(workers / OTHER_SHARE), { ...options, engine }),
  )
}
