/** What a thrown error is to the outside: code, coordinates of the source as sent, frame, hint. */

import type { ExecutionError } from '../../protocol/execution.ts'
import type { Program } from '../compile/program.ts'
import type { SourceError } from '../compile/source-error.ts'
import { PROGRAM_FILE } from '../engine/quickjs.ts'
import type { ErrorDescription } from '../guest/errors.ts'
import type { GuestPlace } from '../messages.ts'
import { codeFrame } from './code-frame.ts'
import { hintForError } from './hints.ts'

const MAX_MESSAGE = 8192

/** What the mapping of an error needs to know of the program. */
export interface FailedProgram {
  readonly source: string
  readonly program: Program
  readonly toolNames: readonly string[]
}

/** The failure for a source that does not parse. */
export function syntaxFailure(source: string, error: SourceError): ExecutionError {
  const { name, message, line, column, hint } = error
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

/** The failure for an error that the guest threw, from the prelude's description of it. */
export function guestFailure(descriptionText: string, failed: FailedProgram): ExecutionError {
  const description = JSON.parse(descriptionText) as ErrorDescription
  const name = description.name.slice(0, 256)
  const message = description.message.slice(0, MAX_MESSAGE)
  if (name === 'InternalError' && message === 'out of memory') {
    return {
      code: 'LIMIT_EXCEEDED',
      name,
      message: 'out of memory: the guest heap reached memoryBytes',
      limit: 'memoryBytes',
      ...mapped(description.stack, failed),
    }
  }
  const hint = description.hint ?? hintForError(name, message, failed.toolNames)
  return {
    code: 'GUEST_ERROR',
    name,
    message,
    ...mapped(description.stack, failed),
    ...optional('hint', hint),
  }
}

/** The failure for a text that parsed for us and not for the engine. */
export function engineSyntaxFailure(
  descriptionText: string,
  failed: FailedProgram,
): ExecutionError {
  return { ...guestFailure(descriptionText, failed), code: 'SYNTAX_ERROR' }
}

const frame = /^ {4}at (?:(.*) \()?([^()]*?):(\d+)(?::(\d+))?\)?$/

/** The guest's own frames of an engine stack, in coordinates of the source as sent. */
export function mapped(stack: string, failed: FailedProgram): GuestPlace {
  const frames: string[] = []
  let first: { line: number; column: number } | undefined
  for (const text of stack.split('\n')) {
    const [, name, file, line, column] = frame.exec(text) ?? []
    if (file !== PROGRAM_FILE) continue
    const at = failed.program.positionOf(Number(line), Number(column ?? 1))
    first ??= at
    const where = `${PROGRAM_FILE}:${at.line}:${at.column}`
    frames.push(
      name === undefined || name === '<eval>' ? `    at ${where}` : `    at ${name} (${where})`,
    )
  }
  if (first === undefined) return {}
  return {
    line: first.line,
    column: first.column,
    stack: frames.join('\n'),
    ...optional('frame', codeFrame(failed.source, first.line, first.column)),
  }
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}
