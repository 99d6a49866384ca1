/** Makes tool calls in this process, for an agent without an executor. */

import type { Approval } from '../../protocol/approval.ts'
import type { OnApproval } from '../../protocol/execution/executor.ts'
import { limitTable } from '../../protocol/limits.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import { CallContext } from '../../protocol/tool/call-context.ts'
import {
  needsApproval,
  rejected,
  thrownOf,
  validInput,
  validOutput,
} from '../../protocol/tool/call-steps.ts'
import { iteratorOf } from '../../protocol/tool/iterator.ts'
import { Refused } from '../../protocol/tool/refused.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { withTimeout } from '../../protocol/tool/with-timeout.ts'
import { abortable } from './abortable.ts'
import { type AgentOptions, metadataOf } from './agent-options.ts'
import type { AgentRun } from './agent-run.ts'
import type { AgentTools } from './agent-tools.ts'
import type { CallAnswer, PlannedCall, ToolCaller } from './tool-caller.ts'

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
    const context = this.#context(call, run)
    const onAbort = () => context.abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      let input = await validInput(tool, inputOf(tool, call.args))
      if (await needsApproval(tool, input, context)) {
        input = await this.#approved(tool, input, call.callId, signal)
      }
      signal.throwIfAborted()
      const made = whole(tool.execute(input, context))
      const timely = withTimeout(made, tool.timeoutMs ?? this.#callMs, context)
      return { ok: true, value: await validOutput(tool, await abortable(timely, signal)) }
    } catch (error) {
      const { name, message, hint } = thrownOf(error, tool.name)
      return { ok: false, error: { name, message, ...(hint !== undefined && { hint }) } }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #context({ callId }: PlannedCall, run: AgentRun): CallContext {
    return new CallContext({
      ...{ callId, executionId: callId, sessionId: undefined, caller: LOCAL_CALLER },
      metadata: metadataOf(this.#options, run),
      onProgress() {
        // A call of this process has no watchers.
      },
    })
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
    throw new Refused(rejected(tool.name, decision?.reason ?? 'nobody is there to approve it'))
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
