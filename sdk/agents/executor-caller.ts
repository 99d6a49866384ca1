/** Makes tool calls by one program, so that approvals, limits and durability hold for them too. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { limitTable } from '../../protocol/limits.ts'
import { type AgentOptions, executionFields } from './agent-options.ts'
import type { AgentRun } from './agent-run.ts'
import type { StepTools } from './agent-tools.ts'
import { type ProgramRunner, runProgram } from './run-program.ts'
import type { CallAnswer, PlannedCall, ToolCaller } from './tool-caller.ts'

/** Calls each tool concurrently. What streams is read to its end; what fails fails alone. */
const program = `\
const read = async value => {
  if (typeof value?.next !== 'function') return value
  const items = []
  for await (const item of value) items.push(item)
  return items
}
const call = async ({ tool, args }) => {
  try {
    return { ok: true, value: await read(await tools[tool].async(...args)) }
  } catch (error) {
    const { name, message, hint } = error
    return { ok: false, error: { name, message, ...(hint && { hint }) } }
  }
}
return await Promise.all(inputs.calls.map(call))`

/** Makes the calls of a step in one program of an executor. */
export class ExecutorCaller implements ToolCaller {
  readonly #runner: ProgramRunner
  readonly #options: AgentOptions

  constructor(runner: ProgramRunner, options: AgentOptions) {
    this.#runner = runner
    this.#options = options
  }

  async *call(
    calls: readonly PlannedCall[],
    run: AgentRun,
    number: number,
    { set }: StepTools,
  ): ReturnType<ToolCaller['call']> {
    const { limits, ...fields } = executionFields(this.#options, run, set)
    const request = {
      ...fields,
      source: program,
      typecheck: 'off' as const,
      inputs: { calls },
      // The answers of all calls together are the output.
      limits: { maxOutputBytes: limitTable.maxOutputBytes.ceiling, ...limits },
    }
    let outcome: Outcome
    try {
      outcome = yield* runProgram(this.#runner, request, run, number)
    } catch (error) {
      if (error instanceof LatchdError && error.code === 'PAYLOAD_TOO_LARGE') {
        return calls.map(() => failed(error))
      }
      throw error
    }
    if ('error' in outcome) {
      const { error } = outcome
      return calls.map(() => failed(error))
    }
    return outcome.output as readonly CallAnswer[]
  }
}

function failed({
  name,
  message,
  hint,
}: {
  name: string
  message: string
  hint?: string | undefined
}): CallAnswer {
  return { ok: false, error: { name, message, ...(hint !== undefined && { hint }) } }
}
