/** Python: the interpreter compiles, and the prelude describes errors with their places. */

import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import type { GuestPlace } from '../../boundary/messages.ts'
import { codeFrame } from '../../diagnosis/code-frame.ts'
import type { ProgramLanguage, RunnableProgram } from './language.ts'

/** An error as `describe.py` of the prelude describes it. A program may have written it. */
interface Description {
  readonly name?: unknown
  readonly message?: unknown
  readonly line?: unknown
  readonly column?: unknown
  readonly stack?: unknown
  readonly hint?: unknown
  readonly isSyntax?: unknown
  readonly isMemory?: unknown
}

/** A place as `running_frames` of the prelude lists them. */
interface RunningFrame {
  readonly name: string
  readonly line: number
  readonly column: number
}

const MAX_NAME = 256
const MAX_TEXT = 8192

/** The language of a worker's programs. */
export function openLanguage(): ProgramLanguage {
  return { prepare: ({ source }) => runnable(source) }
}

function runnable(source: string): RunnableProgram {
  const failure = (text: string) => readFailure(source, text)
  return {
    code: source,
    hiddenNames: () => [],
    engineSyntaxFailure: failure,
    failure,
    limitFailure: (error, stack) => ({
      ...error,
      ...(stack === undefined ? {} : placeOf(source, stack)),
    }),
    place: stack => placeOf(source, stack),
    stopPlace: stack => (stack ? placeOf(source, stack) : {}),
    stackText: () => '',
  }
}

function readFailure(source: string, text: string): ExecutionError {
  const { name, message, line, column, stack, hint, isSyntax, isMemory } = parse(text)
  const error = {
    name: textOf(name, MAX_NAME) ?? 'Exception',
    message: textOf(message, MAX_TEXT) ?? '',
    ...placed(source, numberOf(line), numberOf(column)),
    ...optional('stack', textOf(stack, MAX_TEXT)),
    ...optional('hint', textOf(hint, MAX_TEXT)),
  }
  if (isMemory === true) {
    const full = 'out of memory: the guest heap reached memoryBytes'
    return { ...error, code: 'LIMIT_EXCEEDED', message: full, limit: 'memoryBytes' }
  }
  return { ...error, code: isSyntax === true ? 'SYNTAX_ERROR' : 'GUEST_ERROR' }
}

function parse(text: string): Description {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    // Written by the program itself.
    return { message: text }
  }
}

function placeOf(source: string, stack: string): GuestPlace {
  const frames = parse(stack)
  if (!Array.isArray(frames)) return {}
  const read = (frames as RunningFrame[]).filter(one => numberOf(one?.line) !== undefined)
  const [first] = read
  if (first === undefined) return {}
  const lines = read.map(({ name, line }) => `  File "program", line ${line}, in ${name}`)
  return {
    ...placed(source, numberOf(first.line), numberOf(first.column)),
    stack: ['Traceback (most recent call last):', ...lines.reverse()].join('\n').slice(0, MAX_TEXT),
  }
}

function placed(source: string, line = 0, column = 1): GuestPlace {
  if (line === 0) return {}
  return { line, column, ...optional('frame', codeFrame(source, line, column)) }
}

const textOf = (value: unknown, max: number) =>
  typeof value === 'string' ? value.slice(0, max) : undefined

const numberOf = (value: unknown) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}
