/** Computes an execution's outcome again from its journal alone. */

import { readPlan } from '../../daemon/replay/stored-plan.ts'
import type { ClaimedExecution } from '../../daemon/store/store.ts'
import type { GuestPool } from '../../executor/boundary/guest-pool.ts'
import { Latencies } from '../../executor/calls/latencies.ts'
import { RunningExecution } from '../../executor/execution/execution.ts'
import { Supervision } from '../../executor/pool/watchdog.ts'
import { NO_USAGE } from '../../executor/record/fold-execution.ts'
import { builtinTools } from '../../executor/tools/builtin/builtin-tools.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import drillTools from './tools.ts'

/** The tools as they were, without what they do: a call that is not in the journal is a fault. */
const inert = drillTools.map(({ probe: _, ...tool }) => ({
  ...tool,
  execute: () => {
    throw new Error(`${tool.name} was called by a replay`)
  },
}))
const toolbox = new Toolbox(builtinTools).with(normalizeTools(inert, () => undefined as never))

const host = { onEvent() {}, showApproval: async () => {}, expireApproval() {} }
/** What is in its journal takes an execution no time; what is not would take for ever. */
const LONGEST_MS = 5000

/** @returns what is different from what was kept */
export async function recompute(
  pool: GuestPool,
  journal: ClaimedExecution,
  kept: Execution,
): Promise<string[]> {
  const { plan } = readPlan(journal, toolbox)
  const deps = { pool, supervision: new Supervision(), latencies: new Latencies() }
  const program = journal.program === undefined ? undefined : JSON.parse(journal.program)
  const restored = { ...journal, events: [], usage: NO_USAGE, program }
  const running = new RunningExecution(plan, deps, host, restored)
  const timer = setTimeout(() => running.cancel('its journal does not lead to its end'), LONGEST_MS)
  const end = await running.run()
  clearTimeout(timer)
  if (end.kind !== 'ended') return [`${plan.executionId}: computed again, it is ${end.kind}`]
  const [now, before] = [end.execution, kept].map(whole)
  return now === before ? [] : [`${plan.executionId}: computed again, it is ${now}; was ${before}`]
}

function whole(execution: Execution): string {
  const { status, logs } = execution
  const error = 'error' in execution ? execution.error : undefined
  return JSON.stringify({ status, output: 'output' in execution && execution.output, error, logs })
}
