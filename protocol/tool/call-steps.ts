/**
 * The steps of a tool call that are the same wherever the tool runs: in the executor, in a client of
 * a daemon, in the process of an agent.
 */

import { errorText, isError } from '../base/error-text.ts'
import { LatchdError } from '../errors.ts'
import type { Validation } from '../json-schema/validation.ts'
import type { ThrownText } from '../values/value-format.ts'
import { Refused } from './refused.ts'
import { INTERRUPTED_HINT, listProblems, thrownAs, thrownByHost, thrownByTool } from './thrown.ts'
import type { Tool } from './tool.ts'
import type { ToolContext } from './wire-tool.ts'

/** The input as the tool takes it. @throws {Refused} `TOOL_INPUT_INVALID` */
export function validInput(tool: Tool, input: unknown): unknown | Promise<unknown> {
  return checked(tool.validateInput?.(input), input, problems => {
    const message = `Cannot call ${tool.name}: the input does not fit${problems}`
    return thrownByHost('TOOL_INPUT_INVALID', message, tool.name)
  })
}

/** The value of the tool as its schema has it. @throws {Refused} `TOOL_OUTPUT_INVALID` */
export function validOutput(tool: Tool, value: unknown): unknown | Promise<unknown> {
  return checked(tool.validateOutput?.(value), value, problems => {
    const message = `${tool.name} answered what does not fit its output schema${problems}`
    return thrownAs('Error', 'TOOL_OUTPUT_INVALID', message, tool.name)
  })
}

/** Waits for a validation only where it is a promise, since most are not. */
function checked(
  validation: Validation | Promise<Validation> | undefined,
  given: unknown,
  refusal: (problems: string) => ThrownText,
): unknown | Promise<unknown> {
  if (validation === undefined) return given
  const finish = (done: Validation) => {
    if (done.ok) return done.value
    throw new Refused(refusal(listProblems(done.problems)))
  }
  return validation instanceof Promise ? validation.then(finish) : finish(validation)
}

/** Whether a call waits for a person, by the tool's own rule. */
export async function needsApproval(
  { approvalRule }: Tool,
  input: unknown,
  context: ToolContext,
): Promise<boolean> {
  return approvalRule === true || Boolean(await approvalRule?.(input, context))
}

/** The error of a call that a person rejected. */
export function rejected(tool: string, reason: string | undefined): ThrownText {
  const message = `${tool} was rejected${reason === undefined ? '' : `: ${reason}`}`
  return thrownByHost('APPROVAL_REJECTED', message, tool)
}

/**
 * The error of a call that was open when the process that made it was lost.
 *
 * @param why what is known of it
 * @param failure of the tool's probe, which helps the reader of the record; absent: there was none
 */
export function interruptedCall(tool: string, why: string, failure?: unknown): ThrownText {
  const reason = errorText(failure)
  const asked = failure === undefined ? '' : ` (asked about it, the tool failed: ${reason})`
  return thrownByHost('CALL_INTERRUPTED', `${why}${asked}`, tool, INTERRUPTED_HINT)
}

const TIMEOUT_HINT =
  'A tool that takes longer declares its own timeoutMs; one that waits for a person declares needsApproval.'

/** Whether the time of a call was over. */
export function isTimeout(error: unknown): error is LatchdError {
  return isError(error) && error instanceof LatchdError && error.code === 'TOOL_TIMEOUT'
}

/**
 * The error of a call that failed in one of its steps.
 *
 * @param redact takes secrets out of the text of a tool
 */
export function thrownOf(
  error: unknown,
  tool: string,
  redact?: (text: string) => string,
): ThrownText {
  if (isError(error) && error instanceof Refused) return error.thrown
  if (isTimeout(error)) return thrownByHost('TOOL_TIMEOUT', error.message, tool, TIMEOUT_HINT)
  return thrownByTool(error, tool, redact)
}
