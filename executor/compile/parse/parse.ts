import type { Language } from '../../../protocol/execution/execution.ts'
import { JavaScriptParser, type SourceParser } from './parser.ts'
import { isParseFailure, Refusal, TOO_DEEP } from './source-error.ts'
import type { SyntaxNode } from './syntax-node.ts'
import { skipTrivia } from './trivia.ts'
import { TypeScriptParser } from './typescript-parser.ts'

/** A parsed source. */
export interface Tree {
  /** Of type `Program`. */
  readonly program: SyntaxNode
  /**
   * Whether the whole source is one object literal or one function without a name, which needs
   * parentheses to be read as such.
   */
  readonly isExpression: boolean
}

/**
 * Parses a source, once.
 *
 * Only a source that begins with `{` or as a function without a name may be parsed twice: first as
 * an expression, as the Node REPL does, then as statements.
 *
 * @throws {SyntaxError} of the parser, with `pos`
 * @throws {Refusal} for what is JavaScript but may not stand in a source
 */
export function parse(text: string, language: Language): Tree {
  const Reader = language === 'typescript' ? TypeScriptParser : JavaScriptParser
  const start = skipTrivia(text, 0)
  BEGINS_FUNCTION.lastIndex = start
  if (text.charAt(start) === '{' || BEGINS_FUNCTION.test(text)) {
    const whole = parseExpression(new Reader(text))
    if (whole) return whole
  }
  const parser = new Reader(text)
  return { program: guard(parser, () => parser.parse()), isExpression: false }
}

/** As a statement such a function has a name. */
const BEGINS_FUNCTION = /(?:async\s+)?function\s*[(<]/y

function parseExpression(parser: SourceParser): Tree | undefined {
  try {
    const expression = guard(parser, () => parser.parseWhole())
    const { type, start, end } = expression ?? { type: undefined, start: 0, end: 0 }
    if (type !== 'ObjectExpression' && type !== 'FunctionExpression') return undefined
    const statement = { type: 'ExpressionStatement', start, end, expression }
    const program = { type: 'Program', start, end, body: [statement] }
    return { program, isExpression: true }
  } catch (error) {
    // Not an expression. If it is not a program either, that parse throws the reason.
    if (error instanceof SyntaxError || error instanceof Refusal) return undefined
    throw error
  }
}

/**
 * Runs a parser. All errors that it throws become errors of the source.
 *
 * A stack that overflows within a tried reading makes the TypeScript parser trip over its own
 * clean-up, and some texts meet plain faults of it.
 */
function guard<T>(parser: SourceParser, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal || isParseFailure(error)) throw error
    const isDepth =
      error instanceof RangeError || /^Parse effect/.test(String(Object(error).message))
    throw new Refusal(parser.start, isDepth ? TOO_DEEP : 'The source could not be parsed here')
  }
}
