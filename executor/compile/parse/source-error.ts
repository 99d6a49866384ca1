import { errorText } from '../../../protocol/base/error-text.ts'
import { positionAt } from './source-position.ts'

/** Why a source cannot run, with the place in the source as sent. */
export interface SourceError {
  readonly name: 'SyntaxError'
  readonly message: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** One sentence that helps to repair the program. */
  readonly hint?: string
}

/**
 * Thrown where the compiler meets syntax that a source may not contain.
 *
 * It is not a `SyntaxError`: the TypeScript parser takes those as "try the other reading" and goes
 * on.
 */
export class Refusal extends Error {
  /** Offset in the source, UTF-16 units. */
  readonly offset: number
  readonly hint: string | undefined

  constructor(offset: number, message: string, hint?: string) {
    super(message)
    this.offset = offset
    this.hint = hint
  }
}

/** An error of the parser, which ends its message with the position. */
interface ParseFailure extends SyntaxError {
  readonly pos: number
}

/** Whether an error is the parser's, with a place in the source. */
export const isParseFailure = (error: unknown): error is ParseFailure =>
  error instanceof SyntaxError && 'pos' in error && Number.isInteger(error.pos)

/** The message when a stack overflows. */
export const TOO_DEEP = 'The source is nested too deeply'

/** Outside of asynchronous functions `await` is a name, and the next token is unexpected. */
const AWAIT = /\bawait\s+$/
const AWAIT_HINT = 'Leave the await out, since tools need none, or make the function async.'

/**
 * The error that the sender of a source gets for any error of the compiler. A fault of the compiler
 * itself is reported too. Perhaps only this source meets it, and thrown it would end the worker.
 */
export function toSourceError(error: unknown, source: string): SourceError {
  if (error instanceof Refusal) {
    const { message, offset, hint } = error
    return { name: 'SyntaxError', message, ...positionAt(source, offset), ...(hint && { hint }) }
  }
  if (isParseFailure(error)) {
    const message = error.message.startsWith('Not enough stack space')
      ? TOO_DEEP
      : error.message.replace(/ \(\d+:\d+\)$/, '')
    const hint = AWAIT.test(source.slice(0, error.pos)) ? AWAIT_HINT : undefined
    return { name: 'SyntaxError', message, ...positionAt(source, error.pos), ...(hint && { hint }) }
  }
  // The passes after the parser recurse too. When their stack overflows there is no position.
  if (error instanceof RangeError) {
    return { name: 'SyntaxError', message: TOO_DEEP, line: 1, column: 1 }
  }
  const fault = errorText(error)
  return {
    name: 'SyntaxError',
    message: `The source cannot be compiled: ${fault}`,
    line: 1,
    column: 1,
  }
}
