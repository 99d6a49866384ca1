/** Acts on news of a shared store: other daemons have decided, cancelled or claimed executions. */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { DaemonLoad } from '../store/daemon-load.ts'
import type { StoreNews } from '../store/sharing.ts'
import type { ExecutionWriter } from './writer.ts'
import type { WriterDependencies } from './writer-dependencies.ts'

/** The executions of a daemon, as the news need them. */
export interface NewsSubjects {
  readonly live: ReadonlyMap<
    string,
    { readonly running: RunningExecution; readonly writer: ExecutionWriter }
  >
  readonly loading: ReadonlyMap<string, unknown>
  readonly queued: ReadonlyMap<string, unknown>
  readonly unqueue: (executionId: string) => void
  /** Looks for executions that can be claimed. */
  readonly look: () => void
  /** As {@link look}, for an execution that other daemons can claim too. */
  readonly offer: () => void
  /** The executions in memory. */
  readonly load: () => DaemonLoad
}

/** The listener of a shared store's news, for the executions of this daemon. */
export function newsFor(
  { runningFile, bus, onWebhooks, onFault }: WriterDependencies,
  { live, loading, queued, unqueue, look, offer, load }: NewsSubjects,
): StoreNews {
  return {
    isHere: id => live.has(id) || loading.has(id),
    working: () => runningFile.working,
    queued: () => [...queued.keys()],
    load,
    onUnqueued: ids => {
      for (const id of ids) unqueue(id)
    },
    onDecided: decided => {
      const found = live.get(decided.approval.executionId)
      found?.running.decide(decided)
      return found !== undefined
    },
    onCancelled: id => {
      const found = live.get(id)
      found?.running.cancel()
      return found !== undefined
    },
    onDue: offer,
    onWebhooks,
    onStuck: stuck => {
      for (const one of stuck) {
        bus.happened(one.event, one)
        bus.publish(one.owner, one.event)
      }
      onWebhooks()
    },
    onDeclaredDead: () => {
      const message = 'Cannot go on: the other daemons took this one for dead'
      for (const { running, writer } of live.values()) {
        if (writer.isDurable) running.abandon(new LatchdError('STALE_OWNER', message))
      }
      look()
    },
    onFault: error => onFault(error, 'heartbeat'),
  }
}
