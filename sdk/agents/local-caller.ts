/** Makes tool calls in this process, for an agent without an executor. */

import type { Approval } from '../../protocol/approval.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { OnApproval } from '../../protocol/execution/executor.ts'
import { limitTable } from '../../protocol/limits.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import { iteratorOf } from '../../protocol/tool/iterator.ts'
import { listProblems, thrownByHost, thrownByTool } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import type { ThrownText } from '../../protocol/values/value-format.ts'
import { abortable } from './abortable.ts'
import { type AgentOptions, metadataOf } from './agent-options.ts'
import type { AgentRun } from './agent-run.ts'
import type { AgentTools } from './agent-tools.ts'
import type { CallAnswer, PlannedCall, ToolCaller } from './tool-caller.ts'

/** The reason why a call is not made, as the model reads it. */
class Refused extends Error {
  readonly thrown: ThrownText

  constructor(thrown: ThrownText) {
    super(thrown.message)
    this.thrown = thrown
  }
}

/** Runs the tools of a step in this process, within `callMs` and `maxConcurrentCalls`. */
export class LocalCaller implements ToolCaller {
  readonly #tools: AgentTools
  readonly #options: AgentOptions
  readonly #callMs: number
  readonly #atOnce: number

  constructor(tools: AgentTools, options: AgentOptions) {
    this.#tools = tools
    this.#options = options
    this.#callMs = options.limits?.callMs ?? limitTable.callMs.default
    this.#atOnce = options.limits?.maxConcurrentCalls ?? limitTable.maxConcurrentCalls.default
  }

  async *call(calls: readonly PlannedCall[], run: AgentRun): ReturnType<ToolCaller['call']> {
    const answers: CallAnswer[] = []
    const waiting = calls.entries()
    const take = async () => {
      for (const [at, call] of waiting) answers[at] = await this.#callOne(call, run)
    }
    await Promise.all(Array.from({ length: Math.min(this.#atOnce, calls.length) }, take))
    run.signal.throwIfAborted()
    return answers
  }

  /** Never rejects. */
  async #callOne(call: PlannedCall, run: AgentRun): Promise<CallAnswer> {
    const { signal } = run
    const tool = this.#tools.find(call.tool) as Tool
    const ended = new AbortController()
    const context = this.#context(call, run, AbortSignal.any([signal, ended.signal]))
    try {
      let input = await validInput(tool, inputOf(tool, call.args))
      if (tool.approvalRule === true || (await tool.approvalRule?.(input, context))) {
        input = await this.#approved(tool, input, call.callId, signal)
      }
      const value = await this.#inTime(tool, () => tool.execute(input, context), ended, signal)
      return { ok: true, value: await validOutput(tool, value) }
    } catch (error) {
      const thrown = error instanceof Refused ? error.thrown : thrownByTool(error, tool.name)
      const { name, message, hint } = thrown
      return { ok: false, error: { name, message, ...(hint !== undefined && { hint }) } }
    } finally {
      ended.abort()
    }
  }

  #context({ callId }: PlannedCall, run: AgentRun, signal: AbortSignal): ToolContext {
    return {
      signal,
      callId,
      executionId: callId,
      sessionId: undefined,
      caller: LOCAL_CALLER,
      idempotencyKey: callId,
      metadata: metadataOf(this.#options, run),
      progress() {
        // A call of this process has no watchers.
      },
    }
  }

  async #inTime(
    tool: Tool,
    start: () => unknown,
    ended: AbortController,
    signal: AbortSignal,
  ): Promise<unknown> {
    const timeoutMs = tool.timeoutMs ?? this.#callMs
    const late = Promise.withResolvers<never>()
    const message = `The tool did not answer within ${timeoutMs} ms`
    const refused = new Refused(thrownByHost('TOOL_TIMEOUT', message, tool.name))
    const timer =
      timeoutMs === 'none' ? undefined : setTimeout(() => late.reject(refused), timeoutMs)
    // The caller that awaits it gets the error.
    late.promise.catch(() => ended.abort(refused))
    try {
      const value = whole(start())
      return await Promise.race([abortable(value, signal), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Asks `onApproval`; returns the input, edited when the decision has edited it. */
  async #approved(
    tool: Tool,
    input: unknown,
    callId: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const decision = await abortable(
      Promise.resolve(this.#ask(tool, input, callId, this.#options.onApproval)),
      signal,
    )
    if (decision?.decision === 'approve') {
      return decision.args === undefined
        ? input
        : await validInput(tool, inputOf(tool, [decision.args]))
    }
    const because = decision?.reason ?? 'nobody is there to approve it'
    const message = `${tool.name} was rejected: ${because}`
    throw new Refused(thrownByHost('APPROVAL_REJECTED', message, tool.name))
  }

  #ask(tool: Tool, input: unknown, callId: string, onApproval: OnApproval | undefined) {
    const createdAtMs = Date.now()
    const approval: Approval = {
      approvalId: callId,
      executionId: callId,
      callId,
      tool: tool.name,
      input,
      status: 'pending',
      createdAtMs,
      expiresAtMs: createdAtMs + (tool.approvalTimeoutMs ?? limitTable.wallMs.default),
    }
    return onApproval?.(approval)
  }
}

/** Arguments as the tool's input; see `InputForm`. */
function inputOf({ inputForm }: Tool, args: readonly unknown[]): unknown {
  if (inputForm === 'list') return args
  return inputForm === 'record' ? (args[0] ?? {}) : args[0]
}

async function validInput(tool: Tool, input: unknown): Promise<unknown> {
  const validation = (await tool.validateInput?.(input)) ?? { ok: true, value: input }
  if (validation.ok) return validation.value
  const message = `Cannot call ${tool.name}: the input does not fit${listProblems(validation.problems)}`
  throw new Refused(thrownByHost('TOOL_INPUT_INVALID', message, tool.name))
}

async function validOutput(tool: Tool, value: unknown): Promise<unknown> {
  const validation = (await tool.validateOutput?.(value)) ?? { ok: true, value }
  if (validation.ok) return validation.value
  const message = `${tool.name} answered what does not fit its output schema${listProblems(validation.problems)}`
  throw new LatchdError('TOOL_OUTPUT_INVALID', message)
}

/** The value of a call; of a stream, all its items. */
async function whole(given: unknown): Promise<unknown> {
  const value = await given
  const iterator = iteratorOf(value)
  if (iterator === undefined) return value
  const items: unknown[] = []
  for (;;) {
    const { done, value: item } = await iterator.next()
    if (done) return items
    items.push(item)
  }
}
