/** A client's tool as executions have it: bound to the client, not to a connection. */

import { errorText } from '../../protocol/base/error-text.ts'
import { RecentlyUsed } from '../../protocol/base/recently-used.ts'
import type { ClientTool } from '../../protocol/connect/client-tool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { isRawResult, ToolResult } from '../../protocol/tool/tool-result.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'

/** A tool and the client that runs it. */
export interface ClientBinding {
  /** Name of the client's token. */
  readonly owner: string
  readonly clientId: string
  /** The client's own name for the set that the tool came with; absent for a served tool. */
  readonly setId?: string
  readonly tool: ClientTool
}

/** How a tool reaches its client. */
export interface ClientCalls {
  /**
   * Runs the tool; returns its value (a `RawResult` when `isRaw`), or an iterator over its items.
   */
  execute(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
    isRaw?: boolean,
  ): Promise<unknown>
  needsApproval(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
  ): Promise<boolean>
  /**
   * Marks the next run of this call as a possible repetition: an earlier daemon has requested it.
   */
  expectRepeat(callId: string): void
  /** Why a call took too long, when its client is away. */
  timeoutReason(callId: string): Error | undefined
  /** Called once per tool with the parts of its schemas that are not enforced. */
  readonly onWarning: (text: string) => void
}

const bindings = new WeakMap<Tool, ClientBinding>()

/** The client of a tool; `undefined` for one of the daemon's own. */
export function bindingOf(tool: Tool): ClientBinding | undefined {
  return bindings.get(tool)
}

/**
 * Makes the tool of a binding.
 *
 * @param callMs time for a call of a tool that declares none
 * @throws {LatchdError} `TOOL_INVALID`
 */
export function makeClientTool(binding: ClientBinding, callMs: number, calls: ClientCalls): Tool {
  const { needsApproval } = binding.tool
  const read = readClientTool(binding.tool, calls.onWarning)
  const timeoutMs = read.timeoutMs ?? callMs
  const tool: Tool = {
    ...read,
    isOfClient: true,
    approvalRule:
      needsApproval === 'ask'
        ? (input, context) => calls.needsApproval(binding, input, context, timeoutMs)
        : needsApproval === true || undefined,
    timeoutReason: callId => calls.timeoutReason(callId),
    // Called after a restart: the client knows whether it has run the call, and sends its answer.
    probe: (_input, context) => {
      calls.expectRepeat(context.callId)
      return { ran: false }
    },
    execute: (input, context) => calls.execute(binding, input, context, timeoutMs),
    executeRaw: async (input, context) => {
      const answer = await calls.execute(binding, input, context, timeoutMs, true)
      // A client that knows of no raw results answers with the value.
      return isRawResult(answer) ? new ToolResult(answer) : answer
    },
  }
  bindings.set(tool, binding)
  return tool
}

/** Descriptions that were read before, by their text: clients send the same with each execution. */
const known = new RecentlyUsed<string, Tool>(1000)

/**
 * Reads the description of a client's tool.
 *
 * @param onWarning called at the first reading with the parts of its schemas that are not enforced
 * @throws {LatchdError} `TOOL_INVALID`
 */
export function readClientTool(described: ClientTool, onWarning: (text: string) => void): Tool {
  const text = JSON.stringify(described)
  const before = known.get(text)
  if (before !== undefined) return before
  const { outputSchema, needsApproval, isConverting, ...rest } = described
  checkToolName(described)
  try {
    const tool = normalizeTool({ ...rest, execute: () => undefined })
    // The client alone checks the value against it; here it is only described.
    const read = {
      ...tool,
      ...(outputSchema && { outputSchema }),
      ...(isConverting && { isConverting, validateInput: undefined }),
    }
    for (const warning of read.warnings ?? []) onWarning(warning)
    known.set(text, read)
    return read
  } catch (error) {
    if (error instanceof LatchdError) throw error
    const reason = errorText(error)
    throw new LatchdError('TOOL_INVALID', `Cannot use tool "${described.name}": ${reason}`)
  }
}
