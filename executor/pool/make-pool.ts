/** Makes the pool for a level of isolation: threads here, or in a child process. */

import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import type { GuestPool } from '../boundary/guest-pool.ts'
import { MessageReader } from './message-reader.ts'
import { ProcessPool } from './process/process-pool.ts'
import { type PoolOptions, WorkerPool } from './worker-pool.ts'

/** @param workers threads, at least 1 */
export function makePool(
  isolation: IsolationLevel,
  workers: number,
  options: PoolOptions = {},
): GuestPool {
  return isolation === 'process'
    ? new ProcessPool(workers, options)
    : new WorkerPool(workers, options, work => new MessageReader(work))
}
