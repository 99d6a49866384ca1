/** Makes a thrown error public: code, coordinates of the source as sent, frame, hint. */

import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import type { GuestPlace } from '../../boundary/messages.ts'
import type { SourceError } from '../../compile/parse/source-error.ts'
import { offsetAt } from '../../compile/parse/source-position.ts'
import { codeFrame } from '../../diagnosis/code-frame.ts'
import type { Trace } from '../../diagnosis/diagnosis.ts'
import { PROGRAM_FILE } from '../../engine/guest.ts'
import type { ErrorDescription, RelatedError } from '../../guest/describe-error.ts'
import type { FailedProgram } from './failed-program.ts'
import { shellCommand, shellHint } from './foreign-texts.ts'
import { hintForError, hintForLoop, missingName } from './hints.ts'
import { hintForSyntax } from './syntax-hints.ts'

const MAX_MESSAGE = 8192

/**
 * The failure for a source that does not parse.
 *
 * @param tools expressions by which tools are called
 */
export function syntaxFailure(
  source: string,
  error: SourceError,
  tools: readonly string[],
): ExecutionError {
  const { name, message, line, column } = error
  const offset = offsetAt(source, error)
  const hint = hintForSyntax({ source, message, offset, tools }) ?? error.hint
  return {
    code: 'SYNTAX_ERROR',
    name,
    message,
    line,
    column,
    ...optional('frame', codeFrame(source, line, column)),
    ...optional('hint', hint),
  }
}

/**
 * The failure for an error that the guest threw, from the prelude's description of it.
 *
 * @param isMemoryFull the guest's memory has grown to its limit
 */
export function guestFailure(
  descriptionText: string,
  failed: FailedProgram,
  isMemoryFull = false,
): ExecutionError {
  const description = JSON.parse(descriptionText) as ErrorDescription
  const { name, message, place, operation, isByBuiltIn } = readDescription(description, failed)
  const { source, toolNames } = failed
  const thrown = { name, message: description.message, source, operation, isByBuiltIn }
  // `cd /tmp && ls` is an expression too.
  if (shellCommand(source) !== undefined && missingName(thrown) === shellCommand(source)) {
    const { line, column, frame } = place
    return {
      ...{
        code: 'SYNTAX_ERROR',
        name: 'SyntaxError',
        message: `A shell command is not a program: ${message}`,
      },
      ...{ line, column, frame, hint: shellHint(toolNames) },
    }
  }
  // The engine throws `null` when it has no room to make the error of a failed allocation.
  const isRoomless = isMemoryFull && message === 'Uncaught null' && place.line === undefined
  if (isRoomless || (name === 'InternalError' && message === 'out of memory')) {
    return {
      code: 'LIMIT_EXCEEDED',
      name: 'InternalError',
      message: 'out of memory: the guest heap reached memoryBytes',
      limit: 'memoryBytes',
      ...place,
    }
  }
  const { related = [] } = description
  const hint = description.hint ?? hintForError(thrown, toolNames)
  const more = relatedTexts(related, failed)
  return {
    code: 'GUEST_ERROR',
    name,
    message: [message, ...more.messages].join('\n').slice(0, MAX_MESSAGE),
    ...place,
    ...(more.stacks.length > 0 && { stack: [place.stack ?? [], more.stacks].flat().join('\n') }),
    ...optional('hint', hint),
  }
}

function readDescription(description: ErrorDescription, failed: FailedProgram) {
  const name = description.name.slice(0, 256)
  const text = description.message.slice(0, MAX_MESSAGE)
  const { diagnosis } = failed
  const isError = description.stack !== '' || !text.startsWith('Uncaught ')
  const trace = isError
    ? diagnosis.trace(description.stack, { name, message: text })
    : diagnosis.traceThrow()
  const { operation, isByBuiltIn } = trace
  const place = placed(trace, failed)
  return { name, message: trace.message ?? text, place, operation, isByBuiltIn }
}

/**
 * The related errors of an error (cause and errors), as Node prints them: in lines, and with
 * stacks.
 */
function relatedTexts(
  related: readonly RelatedError[],
  failed: FailedProgram,
  indent = '  ',
): { readonly messages: readonly string[]; readonly stacks: readonly string[] } {
  const messages: string[] = []
  const stacks: string[] = []
  for (const one of related) {
    const { name, message, place } = readDescription(one, failed)
    // A value other than an error is reported as it prints.
    const text = one.stack === '' && one.name === 'Error' ? message : `${name}: ${message}`
    const head = `${indent}[${one.relation}]: ${text}`
    const inner = relatedTexts(one.related ?? [], failed, `${indent}  `)
    messages.push(head, ...inner.messages)
    stacks.push(head, ...(place.stack?.replace(/^/gm, indent).split('\n') ?? []), ...inner.stacks)
  }
  return { messages, stacks }
}

/** The failure for a text that parsed for us and not for the engine. */
export function engineSyntaxFailure(
  descriptionText: string,
  failed: FailedProgram,
): ExecutionError {
  const failure = guestFailure(descriptionText, failed)
  // The heap may have no room for a text that is correct.
  return failure.code === 'LIMIT_EXCEEDED' ? failure : { ...failure, code: 'SYNTAX_ERROR' }
}

/**
 * Answers a program that reads the stack of an error, or has caught one.
 *
 * @param request JSON of the engine's stack, the error's name and its message
 */
export function stackText(
  request: string,
  failed: FailedProgram | undefined,
  isMessage = false,
): string {
  if (failed === undefined) return ''
  const [stack, name, message] = JSON.parse(request) as [string, string, string]
  const trace = failed.diagnosis.trace(stack, { name, message })
  return isMessage ? (trace.message ?? '') : framesText(trace.frames)
}

/** A limit that a running program exceeded, with the place that ran. @param stack of that moment */
export function limitFailure(
  error: ExecutionError,
  stack: string | undefined,
  failed: FailedProgram,
): ExecutionError {
  const { diagnosis, toolNames } = failed
  const trace = stack === undefined ? diagnosis.traceOutput() : diagnosis.traceRunning(stack)
  const place = placed(trace, failed)
  const hint =
    error.hint ?? (error.limit === 'cpuMs' ? hintForLoop(place.line, toolNames) : undefined)
  return { ...error, ...place, ...optional('hint', hint) }
}

/** Where a program stands, in coordinates of the source as sent, from a stack of the engine. */
export const placeOf = (stack: string, failed: FailedProgram): GuestPlace =>
  placed(failed.diagnosis.trace(stack), failed)

/** Where a program was stopped, or waits; without a stack as far as its source says so. */
export function stopPlaceOf(stack: string | undefined, failed: FailedProgram): GuestPlace {
  const { diagnosis } = failed
  return placed(stack ? diagnosis.traceRunning(stack) : diagnosis.traceAwait(), failed)
}

function placed({ frames }: Trace, { source }: FailedProgram): GuestPlace {
  const [first] = frames
  if (first === undefined) return {}
  const { line, column } = first
  return {
    line,
    column,
    stack: framesText(frames),
    ...optional('frame', codeFrame(source, line, column)),
  }
}

function framesText(frames: Trace['frames']): string {
  return frames
    .map(({ name, line, column }) => {
      const where = `${PROGRAM_FILE}:${line}:${column}`
      return name === '<eval>' ? `    at ${where}` : `    at ${name ?? '<anonymous>'} (${where})`
    })
    .join('\n')
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}
