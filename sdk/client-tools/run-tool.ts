/** Runs a tool of this process for a daemon: as the daemon runs its own, with the tool's own schemas. */

import type { AskFrame, Settlement } from '../../protocol/connect/connect.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import {
  interruptedCall,
  needsApproval,
  thrownOf,
  validInput,
  validOutput,
} from '../../protocol/tool/call-steps.ts'
import { iteratorOf } from '../../protocol/tool/iterator.ts'
import { thrownAs } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { rawTool } from '../../protocol/tool/tool-result.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import {
  decodeOpening,
  encodeStoring,
  type OpenFile,
  type StoreFile,
} from '../../protocol/values/stored-files.ts'
import { encodeValue } from '../../protocol/values/values.ts'

/** How a tool's files come and go: values refer to them. */
export interface ToolFiles {
  /** Reads a file of an input. */
  readonly open: OpenFile
  /** Sends a file of an answer. */
  readonly store: StoreFile
}

/** A frame that asks to run a tool. */
export type ExecuteAsk = Extract<AskFrame, { kind: 'execute' }>
/** A frame that asks whether a call needs an approval. */
export type ApprovalAsk = Extract<AskFrame, { kind: 'needs-approval' }>
/** The items of a tool that streams. */
export type ToolIterator = AsyncIterator<unknown> | Iterator<unknown>

/** How a run ended; a stream goes on with its iterator. */
export type Run =
  | { readonly settlement: Settlement; readonly iterator?: undefined }
  | { readonly settlement: { readonly kind: 'stream' }; readonly iterator: ToolIterator }

/** Runs a call. Never rejects. */
export async function runTool(
  called: Tool,
  ask: ExecuteAsk,
  context: ToolContext,
  files: ToolFiles,
): Promise<Run> {
  const tool = ask.isRaw === true ? rawTool(called) : called
  try {
    const input = await validInput(tool, await decodeOpening(ask.input, files.open))
    if (ask.isRepeat) {
      const known = await askProbe(tool, input, context, files)
      if (known !== undefined) return { settlement: known }
    }
    const value = await tool.execute(input, context)
    const iterator = iteratorOf(value)
    if (iterator !== undefined) return { settlement: { kind: 'stream' }, iterator }
    return { settlement: await output(tool, value, files) }
  } catch (error) {
    return { settlement: thrown(error, tool.name) }
  }
}

/** Asks the tool's own rule whether a call waits for a person. Never rejects. */
export async function askRule(
  tool: Tool,
  ask: ApprovalAsk,
  context: ToolContext,
  files: ToolFiles,
): Promise<Settlement> {
  try {
    const input = await validInput(tool, await decodeOpening(ask.input, files.open))
    return { kind: 'value', value: encodeValue(await needsApproval(tool, input, context)) }
  } catch (error) {
    return thrown(error, tool.name)
  }
}

/** Takes the next item of a stream. Never rejects. */
export async function nextItem(
  tool: string,
  iterator: ToolIterator,
  files: ToolFiles,
): Promise<Settlement> {
  try {
    const { done, value } = await iterator.next()
    if (done) return { kind: 'end' }
    return { kind: 'value', value: await encodeStoring(value, 'item', files.store) }
  } catch (error) {
    return thrown(error, tool)
  }
}

/** Ends a stream early, so that the tool cleans up. Never rejects. */
export async function closeIterator(tool: string, iterator: ToolIterator): Promise<Settlement> {
  try {
    await iterator.return?.()
    return { kind: 'value', value: encodeValue(undefined) }
  } catch (error) {
    return thrown(error, tool)
  }
}

/** The error of a call that an earlier process may have made. */
export function interrupted(tool: string, why: string, failure?: unknown): Settlement {
  return { kind: 'thrown', thrown: interruptedCall(tool, why, failure) }
}

/** An error that latchd makes and that has no class of its own in the guest. */
export function refused(name: string, code: ErrorCode, message: string, tool: string): Settlement {
  return { kind: 'thrown', thrown: thrownAs(name, code, message, tool) }
}

/**
 * Decides about a call that an earlier process may have begun; `undefined`: it is made. The daemon
 * does the same with a call that was under way when it was lost.
 */
async function askProbe(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  files: ToolFiles,
): Promise<Settlement | undefined> {
  const { readOnly, idempotent } = tool.annotations
  if (readOnly === true || idempotent === true) return undefined
  const why = `The client was lost while it ran ${tool.name}: it may have run`
  if (tool.probe === undefined) return interrupted(tool.name, why)
  try {
    const answer = await tool.probe(input as never, context)
    if (answer?.ran === false) return undefined
    if (answer?.ran === true) return await output(tool, answer.value, files)
    return interrupted(tool.name, why)
  } catch (error) {
    // A failed probe means unknown.
    return interrupted(tool.name, why, error)
  }
}

async function output(tool: Tool, value: unknown, files: ToolFiles): Promise<Settlement> {
  const valid = await validOutput(tool, value)
  return { kind: 'value', value: await encodeStoring(valid, 'result', files.store) }
}

function thrown(error: unknown, tool: string): Settlement {
  return { kind: 'thrown', thrown: thrownOf(error, tool) }
}
