/** A tiny program that goes the way of every program, and leaves no trace. */

import { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionDependencies } from '../../executor/execution/execution-plan.ts'
import { planExecution } from '../../executor/execution/plan.ts'
import { sleepTool } from '../../executor/tools/builtin/builtin-sleep.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import { canaryProgram } from './canary-program.ts'

/** A name that no token can have. */
const CALLER = '(canary)'

/** Runs the canary. @throws {Error} when its output does not come within `timeoutMs` */
export async function runCanary(deps: ExecutionDependencies, timeoutMs: number): Promise<void> {
  const { source, expected } = canaryProgram
  const plan = planExecution(
    { source, language: 'javascript', limits: { wallMs: timeoutMs } },
    new Toolbox([sleepTool]),
    undefined,
    CALLER,
  )
  const running = new RunningExecution(plan, deps, {
    onEvent: () => {},
    showApproval: async () => {},
    expireApproval: () => {},
  })
  const end = await running.run()
  if (end.kind === 'ended' && end.execution.status === 'completed') {
    const { value } = end.execution.output
    if (value === expected) return
    throw new Error(`a program gave ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`)
  }
  const { error } = end.kind === 'ended' ? (end.execution as { error?: Error }) : {}
  throw new Error(`a program failed: ${error?.message ?? end.kind}`)
}
