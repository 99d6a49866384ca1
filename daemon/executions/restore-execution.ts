/** An execution of the store on its way into memory: it comes back, or is stuck where it is. */

import type { CompiledProgram } from '../../executor/boundary/messages.ts'
import { RunningExecution } from '../../executor/execution/execution.ts'
import type {
  ExecutionDependencies,
  ExecutionPlan,
} from '../../executor/execution/execution-plan.ts'
import { NO_USAGE, type StoredUsage } from '../../executor/record/fold-execution.ts'
import { type MakeClientTool, readPlan } from '../replay/stored-plan.ts'
import type { Claimed } from '../store/claim-facts.ts'
import type { StuckError } from '../store/recovery-facts.ts'
import type { ClaimedExecution } from '../store/store.ts'
import type { ToolboxSource } from '../tools/daemon-tools.ts'
import { ExecutionWriter } from './writer.ts'
import type { WriterDependencies } from './writer-dependencies.ts'

/** What an execution is made from, beside its journal. */
export interface RestoreDependencies extends ExecutionDependencies, WriterDependencies {
  /** The tools that there are now. */
  readonly tools: ToolboxSource
  /** Makes the tool of a client that an execution was given. */
  readonly clientTool: MakeClientTool
}

/** Makes an execution from its journal. @param onStart called when it gets a worker */
export function restoreExecution(
  deps: RestoreDependencies,
  claimed: ClaimedExecution,
  onStart: () => void,
): [ExecutionPlan, RunningExecution, ExecutionWriter] {
  const { owner, webhookUrl, epoch, usage, program } = claimed
  const { plan } = readPlan(claimed, deps.tools.current, deps.clientTool)
  const writer = new ExecutionWriter(plan, owner, webhookUrl, deps, epoch)
  const running = new RunningExecution(plan, deps, writer, {
    ...claimed,
    usage: usage === undefined ? NO_USAGE : (JSON.parse(usage) as StoredUsage),
    program: program === undefined ? undefined : (JSON.parse(program) as CompiledProgram),
  })
  writer.bind(running, onStart)
  return [plan, running, writer]
}

/** Makes an execution that cannot go on stuck. @param error absent: a part of it cannot be read */
export async function quarantine(
  { store, now = Date.now, bus, onWebhooks }: RestoreDependencies,
  { executionId, epoch }: Claimed,
  error?: StuckError,
): Promise<void> {
  const stuck = await store.quarantine(executionId, epoch, now(), error)
  if (stuck === undefined) return
  bus.happened(stuck.event, stuck)
  bus.publish(stuck.owner, stuck.event)
  onWebhooks()
}
