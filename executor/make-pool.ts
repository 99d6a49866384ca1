/** Makes the pool of a level of isolation. */

import type { IsolationLevel } from '../protocol/isolation.ts'
import type { GuestPool } from './guest-pool.ts'
import { ProcessPool } from './isolation/process-pool.ts'
import { MessageReader } from './message-reader.ts'
import { type PoolOptions, WorkerPool } from './pool.ts'

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
