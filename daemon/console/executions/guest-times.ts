/** When the guest of an execution was parked, and when another one was recreated, by the events of its past. */

import type { Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { Store } from '../../store/store.ts'
import type { Parked } from './waterfall-rows.ts'

/** What a waterfall shows of the guests of its execution. */
export interface GuestTimes {
  /** In order; the last one may go on. */
  readonly parked: readonly Parked[]
  /** The end of each guest but the last: what it had been answered, the next one got from the journal. */
  readonly guestEndsMs: readonly number[]
}

/** Of an execution that had one guest, which was not parked. */
export const NO_TIMES: GuestTimes = { parked: [], guestEndsMs: [] }

/** Reads the times. @param nowMs the end of a span that goes on */
export async function guestTimes(
  store: Pick<Store, 'events'>,
  execution: Execution,
  nowMs: number,
): Promise<GuestTimes> {
  const { executionId, usage, status } = execution
  // Of an execution that runs, the spans that are over can wait for the next look.
  if (usage.resumes === 0 && status !== 'waiting') return NO_TIMES
  if (!isEnded(execution) && status !== 'waiting') return NO_TIMES
  const parked: Parked[] = []
  const guestEndsMs: number[] = []
  let fromMs: number | undefined
  const end = (toMs: number) => {
    if (fromMs !== undefined) parked.push({ fromMs, toMs })
    fromMs = undefined
  }
  for (const event of await store.events(executionId, 0)) {
    if (event.type === 'execution-parked') fromMs ??= event.atMs
    // A guest that was lost with its daemon was not parked.
    if (event.type === 'execution-resumed') guestEndsMs.push(fromMs ?? event.atMs)
    if (event.type === 'execution-resumed' || event.type === 'execution-ended') end(event.atMs)
  }
  end(nowMs)
  return { parked, guestEndsMs }
}
