import { tsPlugin } from '@sveltejs/acorn-typescript'
import { type AnyNode, Parser, tokTypes } from 'acorn'
import { withConditionalArrows } from './conditional-arrows.ts'
import { guarded, type ParserClass, type SourceParser } from './parser.ts'
import { Refusal } from './source-error.ts'
import type { SyntaxNode } from './syntax-node.ts'
import type { TypeScriptParserClass } from './typescript-parts.ts'

/**
 * Type errors of the plug-in that are left to the type checker: the text without its types is the
 * same.
 */
const TOLERATED = [
  'Initializers are not allowed in ambient contexts.',
  "A 'const' initializer in an ambient context must be",
  'Type parameter list cannot be empty.',
  "'readonly' type modifier is only permitted",
  'Invalid property access after an instantiation expression.',
]

/** Words that name no type: `let a: delete`. */
const RESERVED =
  /^(?:break|case|catch|class|continue|debugger|default|delete|do|else|enum|export|extends|finally|for|function|if|import|in|instanceof|new|return|super|switch|throw|try|typeof|var|while|with)$/

/** Tokens that may follow `static`, besides names. */
const BEGINS_MEMBER = new Set<unknown>([
  tokTypes.bracketL,
  tokTypes.braceL,
  tokTypes.star,
  tokTypes.privateId,
])

/** A fault that the plug-in reports with something other than an offset. */
const MISPLACED = 'A parameter property is only allowed in a constructor implementation'

/** The parser with TypeScript; the plug-in needs locations. */
const PluginParser = guarded(
  Parser.extend(tsPlugin()) as unknown as ParserClass,
  true,
) as unknown as TypeScriptParserClass

/** Parser of TypeScript sources. */
export const TypeScriptParser: new (input: string) => SourceParser =
  class extends withConditionalArrows(PluginParser) {
    #namespaces = 0
    /** Whether a `break` or `continue` was read, and nothing after it. */
    #isBeforeLabel = false
    /** Where type arguments ended, until the next token is looked at. */
    #typesEnd = -1

    override raise(offset: number, message: string): never {
      if (TOLERATED.some(start => message.startsWith(start))) return undefined as never
      return super.raise(message.startsWith(MISPLACED) ? this.start : offset, message)
    }

    // The plug-in reads `f<T> as U` as comparisons unless a line ends before `as`.
    override tsParseTypeArgumentsInExpression(): unknown {
      const types = super.tsParseTypeArgumentsInExpression()
      this.#typesEnd = this.lastTokEnd
      return types
    }

    override hasPrecedingLineBreak(): boolean {
      const isBehindTypes = this.#typesEnd === this.lastTokEnd
      this.#typesEnd = -1
      const isOperator = this.value === 'as' || this.value === 'satisfies'
      return (isBehindTypes && isOperator) || super.hasPrecedingLineBreak()
    }

    // The plug-in calls it with a line and a column too.
    override unexpected(offset?: number): never {
      return super.unexpected(typeof offset === 'number' ? offset : this.start)
    }

    override tsParseModuleOrNamespaceDeclaration(node: AnyNode, nested?: boolean): AnyNode {
      this.#namespaces++
      try {
        return super.tsParseModuleOrNamespaceDeclaration(node, nested)
      } finally {
        this.#namespaces--
      }
    }

    // The exports of a namespace stay inside. Whether it may stand is decided on the tree.
    override parseExport(node: AnyNode, exports: unknown): AnyNode {
      if (this.#namespaces > 0 || this.isAmbientContext) return this.parseInnerExport(node, exports)
      return super.parseExport(node, exports)
    }

    // `const` may stand before the type parameters of methods and of function types too.
    override tsParseNoneModifiers(node: AnyNode): void {
      this.tsParseModifiers({ modified: node, allowedModifiers: ['const'] })
    }

    // A line may end after `static`, as in JavaScript.
    override tsNextTokenCanFollowModifier(): boolean {
      const isStatic = this.value === 'static'
      if (super.tsNextTokenCanFollowModifier()) return true
      return isStatic && (BEGINS_MEMBER.has(this.type) || this.isLiteralPropertyName())
    }

    override tsParseEntityName(allowReservedWords?: boolean): AnyNode {
      if (RESERVED.test(String(this.value)) && this.type !== tokTypes.string) this.unexpected()
      return super.tsParseEntityName(allowReservedWords)
    }

    // The parser takes only plain names for labels; to the plug-in `declare` and `type` are others.
    override parseExpressionStatement(node: AnyNode, expression: SyntaxNode): AnyNode {
      const { type, name, start, end } = expression
      if (type !== 'Identifier') return super.parseExpressionStatement(node, expression)
      if (this.eat(tokTypes.colon)) {
        return this.parseLabeledStatement(node, String(name), expression, null)
      }
      // `type;` and a word with an escape begin no declaration.
      const isWord = this.type !== tokTypes.semi && this.input.slice(start, end) === name
      if (isWord) return super.parseExpressionStatement(node, expression)
      this.semicolon()
      return this.finishNode(Object.assign(node, { expression }), 'ExpressionStatement')
    }

    override parseBreakContinueStatement(node: AnyNode, keyword: string): AnyNode {
      this.#isBeforeLabel = true
      return super.parseBreakContinueStatement(node, keyword)
    }

    override insertSemicolon(): boolean {
      const isInserted = super.insertSemicolon()
      if (!this.#isBeforeLabel) return isInserted
      this.#isBeforeLabel = false
      if (!isInserted && this.type.label === 'name') this.type = tokTypes.name
      return isInserted
    }

    override tsParseInterfaceDeclaration(node: AnyNode, properties?: object): AnyNode | undefined {
      const next = this.input.slice(this.nextTokenStart())
      if (!properties && !/^[\p{ID_Start}$_\\]/u.test(next)) return undefined
      return super.tsParseInterfaceDeclaration(node, properties)
    }

    // TypeScript has none: `a <!--b` is `a < !(--b)` in it, and a comment in a JavaScript engine.
    override skipLineComment(markLength: number): void {
      const isHtml = !/^(?:\/\/|#!)/.test(this.input.slice(this.pos, this.pos + 2))
      if (isHtml) this.raise(this.pos, 'HTML comments are not allowed in TypeScript')
      super.skipLineComment(markLength)
    }

    // A parameter property is as simple as its parameter: `"use strict"` may stand in the function.
    override isSimpleParamList(params: SyntaxNode[]): boolean {
      return super.isSimpleParamList(params.map(param => (param.parameter ?? param) as SyntaxNode))
    }

    override readNumber(startsWithDot: boolean): unknown {
      const start = this.pos
      const token = super.readNumber(startsWithDot)
      if (!startsWithDot && /^0\d/.test(this.input.slice(start, start + 2))) {
        this.raise(start, 'Octal literals are not allowed in TypeScript: use the prefix 0o')
      }
      return token
    }

    override parseWithStatement(node: AnyNode): AnyNode {
      throw new Refusal(node.start, 'The `with` statement is not supported in TypeScript')
    }
  }
