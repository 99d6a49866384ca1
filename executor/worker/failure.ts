/** What a thrown error is to the outside: code, coordinates of the source as sent, frame, hint. */

import type { ExecutionError } from '../../protocol/execution.ts'
import type { SourceError } from '../compile/source-error.ts'
import { type DiagnosedProgram, Diagnosis, type Thrown, type Trace } from '../diagnosis/diagnosis.ts'
import { PROGRAM_FILE } from '../engine/quickjs.ts'
import type { ErrorDescription } from '../guest/errors.ts'
import type { GuestPlace } from '../messages.ts'
import { codeFrame } from './code-frame.ts'
import { hintForError } from './hints.ts'

const MAX_MESSAGE = 8192

/** A program that has failed, or is asked where it stands. */
export class FailedProgram {
  readonly source: string
  readonly toolNames: readonly string[]
  readonly #diagnosis: Diagnosis

  constructor(program: DiagnosedProgram) {
    this.source = program.source
    this.toolNames = program.toolNames
    this.#diagnosis = new Diagnosis(program)
  }

  /** Reads a stack of the engine. */
  trace(stack: string, thrown?: Thrown): Trace {
    return this.#diagnosis.trace(stack, thrown)
  }
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
  const trace = failed.trace(description.stack, { name, message })
  const place = placed(trace, failed)
  if (name === 'InternalError' && message === 'out of memory') {
    return {
      code: 'LIMIT_EXCEEDED',
      name,
      message: 'out of memory: the guest heap reached memoryBytes',
      limit: 'memoryBytes',
      ...place,
    }
  }
  const hint = description.hint ?? hintForError(name, message, failed.toolNames)
  return {
    code: 'GUEST_ERROR',
    name,
    message: trace.message ?? message,
    ...place,
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

/** Where a program stands, in coordinates of the source as sent, from a stack of the engine. */
export const placeOf = (stack: string, failed: FailedProgram): GuestPlace =>
  placed(failed.trace(stack), failed)

function placed({ frames }: Trace, { source }: FailedProgram): GuestPlace {
  const [first] = frames
  if (first === undefined) return {}
  const { line, column } = first
  return { line, column, stack: framesText(frames), ...optional('frame', codeFrame(source, line, column)) }
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
