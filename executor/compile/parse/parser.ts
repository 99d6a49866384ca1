import { type AnyNode, type Identifier, type Options, Parser, tokTypes } from 'acorn'
import { DeclaredNames } from '../rewrite/declared-names.ts'
import { LineStarts } from '../rewrite/line-starts.ts'
import { Refusal, TOO_DEEP } from './source-error.ts'
import type { SyntaxNode } from './syntax-node.ts'
import { skipTrivia } from './trivia.ts'

/** The prefix of names that the compiler puts into a program. A source may not use them. */
export const RESERVED_PREFIX = '__latchd_'

const MODULE_HINT = 'Use the tools that are given as global functions; modules cannot be imported.'
const EXPORT_HINT = 'Return the result, or make it the last expression.'

/**
 * A source of n characters may take this much more than n tokens, read again when a reading fails.
 */
const TOKENS_AT_LEAST = 20_000
const TOKENS_PER_CHARACTER = 3

/** `var` in a block is declared in each block around it: declarations × depth. */
const MAX_VAR_DECLARATIONS = 1_000_000

interface Scope {
  var: string[]
  lexical: string[]
  functions: string[]
}

/** The parts of acorn's parser, undeclared in its types, that are overridden or read here. */
export interface ParserParts {
  readonly type: unknown
  readonly start: number
  readonly end: number
  readonly input: string
  readonly scopeStack: readonly Scope[]
  readonly pos: number
  nextToken(): void
  raise(offset: number, message: string): never
  raiseRecoverable(offset: number, message: string): never
  enterScope(flags: number): void
  declareName(name: string, bindingType: number, offset: number): void
  parse(): SyntaxNode
  parseExpression(): SyntaxNode
  parseIdentNode(): Identifier
  parseImport(node: AnyNode): AnyNode
  parseExport(node: AnyNode, exports: unknown): AnyNode
  parseExprImport(forNew: boolean): AnyNode
}

/** A parser of one source. */
export interface SourceParser extends ParserParts {
  /** The whole input as one expression; undefined when something follows it. */
  parseWhole(): SyntaxNode | undefined
}

/** A parser class with its undeclared parts. */
export type ParserClass = new (options: Options, input: string) => ParserParts

const options = (locations: boolean): Options => ({
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowHashBang: true,
  // So that the overrides below see them and can say what to do instead.
  allowImportExportEverywhere: true,
  locations,
  // Scope analysis asks for them.
  ranges: true,
})

/** acorn, with refusals of some syntax, and with bounds on the cost of a hostile source. */
export const guarded = (
  Base: ParserClass,
  hasLocations: boolean,
): (new (
  input: string,
) => SourceParser) =>
  class extends Base {
    #tokensLeft: number
    #varDeclarations = 0
    #lineStarts: LineStarts | undefined

    constructor(input: string) {
      super(options(hasLocations), input)
      this.#tokensLeft = TOKENS_AT_LEAST + TOKENS_PER_CHARACTER * input.length
    }

    // The TypeScript parser reads some texts twice per level: `<T>(<T>(<T>(` doubles each time.
    override nextToken() {
      if (#tokensLeft in this && --this.#tokensLeft < 0) {
        throw new Refusal(this.start, 'The source is too ambiguous to be read')
      }
      super.nextToken()
    }

    // Both as acorn's own, but without reading the input from its beginning to count its lines.
    override raise(offset: number, message: string): never {
      if (!(#lineStarts in this)) return super.raise(offset, message)
      throw this.#failure(offset, message)
    }

    override raiseRecoverable(offset: number, message: string): never {
      if (!(#lineStarts in this)) return super.raiseRecoverable(offset, message)
      throw this.#failure(offset, message)
    }

    #failure(offset: number, message: string): SyntaxError {
      this.#lineStarts ??= new LineStarts(this.input)
      const loc = this.#lineStarts.at(offset)
      const error = new SyntaxError(`${message} (${loc.line}:${loc.column})`)
      return Object.assign(error, { pos: offset, loc, raisedAt: this.pos })
    }

    override enterScope(flags: number) {
      super.enterScope(flags)
      const scope = this.scopeStack.at(-1)
      if (!scope) return
      scope.var = new DeclaredNames()
      scope.lexical = new DeclaredNames()
      scope.functions = new DeclaredNames()
    }

    override declareName(name: string, bindingType: number, offset: number) {
      if (#varDeclarations in this) this.#varDeclarations += this.scopeStack.length
      if (this.#varDeclarations > MAX_VAR_DECLARATIONS) {
        throw new Refusal(offset, TOO_DEEP)
      }
      super.declareName(name, bindingType, offset)
    }

    // The program runs in a block, where `using` is allowed.
    get allowUsing() {
      return true
    }

    override parseIdentNode() {
      const node = super.parseIdentNode()
      if (node.name.startsWith(RESERVED_PREFIX)) {
        throw new Refusal(
          node.start,
          `Identifier '${node.name}' is not allowed: names that begin with ${RESERVED_PREFIX} are reserved`,
        )
      }
      return node
    }

    override parseImport(node: AnyNode): AnyNode {
      throw new Refusal(node.start, 'Modules cannot be imported', MODULE_HINT)
    }

    override parseExprImport(): AnyNode {
      throw new Refusal(this.start, 'Modules cannot be imported', MODULE_HINT)
    }

    override parseExport(node: AnyNode, exports: unknown): AnyNode {
      // The value of the program, as `takeDefaultExport` sees to.
      if (this.scopeStack.length === 1 && this.#isDefaultExport()) {
        return super.parseExport(node, exports)
      }
      throw new Refusal(
        node.start,
        'A source is not a module: nothing can be exported',
        EXPORT_HINT,
      )
    }

    #isDefaultExport(): boolean {
      return this.input.startsWith('default', skipTrivia(this.input, this.end))
    }

    parseInnerExport(node: AnyNode, exports: unknown): AnyNode {
      return super.parseExport(node, exports)
    }

    parseWhole(): SyntaxNode | undefined {
      this.nextToken()
      const expression = this.parseExpression()
      return this.type === tokTypes.eof ? expression : undefined
    }
  }

/** Parser of JavaScript sources. */
export const JavaScriptParser: new (input: string) => SourceParser = guarded(
  Parser as unknown as ParserClass,
  false,
)
