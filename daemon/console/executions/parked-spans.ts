/** When the guest of an execution was parked, by the events of its past. */

import type { Execution } from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { Store } from '../../store/store.ts'
import type { Parked } from './waterfall-rows.ts'

/**
 * The spans in order; the last one may go on.
 *
 * @param nowMs the end of a span that goes on
 */
export async function parkedSpans(
  store: Pick<Store, 'events'>,
  execution: Execution,
  nowMs: number,
): Promise<readonly Parked[]> {
  const { executionId, usage, status } = execution
  // Of an execution that runs, the spans that are over can wait for the next look.
  if (usage.resumes === 0 && status !== 'waiting') return []
  if (!isEnded(execution) && status !== 'waiting') return []
  const spans: Parked[] = []
  let fromMs: number | undefined
  const end = (toMs: number) => {
    if (fromMs !== undefined) spans.push({ fromMs, toMs })
    fromMs = undefined
  }
  for (const event of await store.events(executionId, 0)) {
    if (event.type === 'execution-parked') fromMs ??= event.atMs
    if (event.type === 'execution-resumed' || event.type === 'execution-ended') end(event.atMs)
  }
  end(nowMs)
  return spans
}
