/** What an execution leaves to its session. */

import type { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import type { SessionLeft } from '../../executor/execution/session-of-execution.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { wholeRecords, writeSessionRun } from '../sessions/session-run.ts'
import type { SessionLeaving } from '../store/store.ts'
import type { WriterDependencies } from './writer-dependencies.ts'

/**
 * The state that an execution leaves to its session, with the run that repeats it after an upgrade.
 *
 * @param kept the journal and the program of the execution
 */
export async function leavingOf(
  plan: ExecutionPlan,
  execution: Execution,
  { snapshot, state }: SessionLeft,
  kept: ReturnType<RunningExecution['kept']>,
  { store, runtimes }: Pick<WriterDependencies, 'store' | 'runtimes'>,
): Promise<SessionLeaving> {
  const texts = (callNumbers: readonly number[]) => store.texts(plan.executionId, callNumbers)
  const records = await wholeRecords(kept.records, texts, snapshot === undefined)
  const { replay, snapshot: runtime } = runtimes.of(plan.language)
  const run = records && (await writeSessionRun(plan, { ...kept, records }, execution, replay))
  return {
    ...(snapshot && { bytes: snapshot }),
    runtime,
    ...(run && { run }),
    ...(state !== undefined && { state }),
  }
}
