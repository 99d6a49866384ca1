/** What a daemon has in memory, counted for the other daemons of its store. */

import { OwnerCounts } from '../../protocol/base/owner-counts.ts'
import type { DaemonLoad } from '../store/daemon-load.ts'
import type { ExecutionWriter } from './writer.ts'

interface InMemory {
  readonly writer: Pick<ExecutionWriter, 'owner' | 'isDurable'>
}

interface Counts {
  /** Executions in memory. */
  readonly size: number
  sizeOf(owner: string): number
  queuedOf(owner: string): number
}

/** The executions that end with the process, by owner. */
function volatileOwners(live: Iterable<InMemory>): OwnerCounts {
  const counts = new OwnerCounts()
  for (const { writer } of live) if (!writer.isDurable) counts.add(writer.owner)
  return counts
}

/** @param owners those that have anything here */
export function memoryLoad(
  counts: Counts,
  pool: { readonly workers: number; readonly active: number },
  live: Iterable<InMemory>,
  owners: Iterable<string>,
): DaemonLoad {
  const volatile = volatileOwners(live)
  const byOwner = [...new Set(owners)].map(owner => [
    owner,
    {
      executions: counts.sizeOf(owner),
      volatile: volatile.of(owner),
      queued: counts.queuedOf(owner),
    },
  ])
  const running = Math.min(pool.active, counts.size)
  return {
    ...{ workers: pool.workers, running, waiting: counts.size - running },
    owners: Object.fromEntries(byOwner),
  }
}
