import { JavaScriptParser, type SourceParser } from './parser.ts'
import { isParseFailure, Refusal, TOO_DEEP } from './source-error.ts'
import type { SyntaxNode } from './syntax-node.ts'
import { skipTrivia } from './trivia.ts'
import { TypeScriptParser } from './typescript-parser.ts'

/** What a source is written in. */
export type Language = 'javascript' | 'typescript'

/** A parsed source. */
export interface Tree {
  /** Of type `Program`. */
  readonly program: SyntaxNode
  /** Whether the whole source is one object literal, which needs parentheses to be read as such. */
  readonly isObject: boolean
}

/**
 * Parses a source, once.
 *
 * Only a source that begins with `{` may be parsed twice: first as an object literal, as the Node
 * REPL does, then as a block.
 *
 * @throws {SyntaxError} of the parser, with `pos`
 * @throws {Refusal} for what is JavaScript but may not stand in a source
 */
export function parse(text: string, language: Language): Tree {
  const Reader = language === 'typescript' ? TypeScriptParser : JavaScriptParser
  if (text.charAt(skipTrivia(text, 0)) === '{') {
    const object = parseObject(new Reader(text))
    if (object) return object
  }
  const parser = new Reader(text)
  return { program: guard(parser, () => parser.parse()), isObject: false }
}

function parseObject(parser: SourceParser): Tree | undefined {
  try {
    const object = guard(parser, () => parser.parseWhole())
    if (object?.type !== 'ObjectExpression') return undefined
    const { start, end } = object
    const statement = { type: 'ExpressionStatement', start, end, expression: object }
    const program = { type: 'Program', start, end, body: [statement] }
    return { program, isObject: true }
  } catch (error) {
    // Not an object literal; if it is not a program either, that parse tells why.
    if (error instanceof SyntaxError || error instanceof Refusal) return undefined
    throw error
  }
}

/**
 * Runs a parser; whatever it throws becomes an error of the source.
 *
 * A stack that ends within a reading which is tried makes the TypeScript parser trip over its own
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
