/**
 * The part of a tool's error that the guest may see: name, message and code. Stacks stay where the
 * tool is.
 */

import { errorText, isError, isErrorLike, partOf } from '../base/error-text.ts'
import { type ErrorCode, LatchdError } from '../errors.ts'
import type { Problem } from '../json-schema/validation.ts'
import { MAX_COLLECTED } from '../json-schema/validation.ts'
import type { ThrownText } from '../values/value-format.ts'
import { guestErrorNames } from './guest-errors.ts'

const MAX_MESSAGE = 16_384
const MAX_NAME = 256

/** Advice about a call that may have run. */
export const INTERRUPTED_HINT = 'Find out whether it took effect before calling it again.'
const UNAVAILABLE_HINT = 'Go on without it, or sleep for a while and call it again.'

/**
 * The error of a tool as the guest gets it. A tool may throw anything: what is not an error counts
 * as one whose message is its text.
 *
 * @param redact takes out of a text what the guest must not see, before the text is cut
 */
export function thrownByTool(
  error: unknown,
  tool: string,
  redact: (text: string) => string = text => text,
): ThrownText {
  if (isError(error) && error instanceof LatchdError) {
    const { code, message } = error
    if (code === 'TOOL_UNAVAILABLE') {
      return thrownByHost(code, redact(message), tool, UNAVAILABLE_HINT)
    }
    if (code === 'CALL_INTERRUPTED') {
      return thrownByHost(code, redact(message), tool, INTERRUPTED_HINT)
    }
  }
  const name = isErrorLike(error) ? partOf(error, 'name') : undefined
  const code = partOf(error, 'code')
  const status = partOf(error, 'status')
  return {
    name: typeof name === 'string' && name !== '' ? redact(name).slice(0, MAX_NAME) : 'Error',
    message: redact(errorText(error)).slice(0, MAX_MESSAGE),
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : 'TOOL_ERROR',
    tool,
    // The status of an answer by HTTP.
    ...(typeof status === 'number' && Number.isFinite(status) && { details: { status } }),
  }
}

/** The host's own error, of a class that is a global in the guest. */
export function thrownByHost(
  code: keyof typeof guestErrorNames,
  message: string,
  tool: string,
  hint?: string,
): ThrownText {
  return {
    name: guestErrorNames[code],
    message,
    code,
    tool,
    ...(hint === undefined ? {} : { hint }),
  }
}

/** An error of the host's making that has no class of its own. */
export function thrownAs(name: string, code: ErrorCode, message: string, tool: string): ThrownText {
  return { name, message, code, tool }
}

/** Further problems are counted, not listed. */
const MAX_PROBLEMS = 50

/** Problems as lines: the path and the fault of each. */
export function listProblems(problems: readonly Problem[]): string {
  const more = problems.length - MAX_PROBLEMS
  const least = problems.length >= MAX_COLLECTED ? 'at least ' : ''
  const rest = more > 0 ? `\n- and ${least}${more} more` : ''
  const listed = problems.slice(0, MAX_PROBLEMS)
  return (
    listed.map(({ path, message }) => `\n- ${path === '' ? 'input' : path}: ${message}`).join('') +
    rest
  )
}
