/** How one call of a code tool is made, by an app, a model loop or a tool of an execution. */

import type { ExecuteRequest } from '../../protocol/execution/executor.ts'
import { metadataBeneath } from '../../protocol/execution/parent-call.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'

/**
 * How one call of the tool is made. A tool of an execution that runs programs hands its own context
 * on: they are shown beneath its call.
 */
export interface RunOptions
  extends Partial<Pick<ToolContext, 'callId' | 'executionId' | 'metadata'>> {
  /** Cancels the program when aborted while the call is under way. */
  readonly signal?: AbortSignal | undefined
}

/** What the AI SDK hands to a tool beside its input, or the context of a tool of an execution. */
export interface AiCallOptions extends RunOptions {
  readonly abortSignal?: AbortSignal | undefined
}

/** The options of the AI SDK as those of a code tool. */
export const runOptionsOf = (options: AiCallOptions = {}): RunOptions => ({
  ...options,
  signal: options.abortSignal ?? options.signal,
})

/** The metadata of a program, with the call that runs it; absent when there is nothing to say. */
export function beneath(
  own: ExecuteRequest['metadata'],
  options: RunOptions,
): Pick<ExecuteRequest, 'metadata'> {
  const metadata = { ...own, ...metadataBeneath(options) }
  return Object.keys(metadata).length > 0 ? { metadata } : {}
}
