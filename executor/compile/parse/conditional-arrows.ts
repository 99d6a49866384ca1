import { tokTypes } from 'acorn'
import type { SyntaxNode } from './syntax-node.ts'
import type { TypeScriptParserClass } from './typescript-parts.ts'

/** Parentheses that are being read: of an arrow function, or around an expression. */
interface Parentheses {
  /** Whether they stand, without brackets in between, after the `?` of a conditional. */
  readonly isConsequent: boolean
  readonly mayHaveReturnType: boolean
  hasReturnType: boolean
}

/**
 * Distinguishes the colon of a conditional from that of a return type, as TypeScript does:
 * in `a ? (b) : c => d`, `(b): c => d` is an arrow function only when another colon follows it.
 */
export const withConditionalArrows = (Base: TypeScriptParserClass): TypeScriptParserClass =>
  class extends Base {
    #isConsequent = false
    #parentheses: Parentheses | undefined

    override parseConditional(
      test: SyntaxNode,
      start: number,
      location: unknown,
      forInit: unknown,
      errors: unknown,
    ): SyntaxNode {
      if (this.type !== tokTypes.question) {
        return super.parseConditional(test, start, location, forInit, errors)
      }
      const node = this.startNodeAt(start, location)
      this.next()
      Object.assign(node, { test, consequent: this.#read(true, () => this.parseMaybeAssign()) })
      this.expect(tokTypes.colon)
      Object.assign(node, { alternate: this.parseMaybeAssign(forInit) })
      return this.finishNode(node, 'ConditionalExpression')
    }

    override parseParenAndDistinguishExpression(canBeArrow: boolean, forInit: unknown): SyntaxNode {
      return this.#readArrowOrNot(() =>
        this.#read(false, () => super.parseParenAndDistinguishExpression(canBeArrow, forInit)),
      )
    }

    override parseParenArrowList(...args: unknown[]): SyntaxNode {
      return this.#read(this.#parentheses?.isConsequent === true, () =>
        super.parseParenArrowList(...args),
      )
    }

    override parseSubscript(...args: unknown[]): SyntaxNode {
      const [, , , , maybeAsyncArrow] = args
      if (maybeAsyncArrow !== true) return super.parseSubscript(...args)
      return this.#readArrowOrNot(() => super.parseSubscript(...args))
    }

    override shouldParseArrow(params: unknown[]): boolean {
      return this.#mayBeArrow() && this.#noteReturnType(() => super.shouldParseArrow(params))
    }

    override shouldParseAsyncArrow(): boolean {
      return this.#mayBeArrow() && this.#noteReturnType(() => super.shouldParseAsyncArrow())
    }

    // The content of brackets is read apart from the conditional around them.

    override parseExpression(...args: unknown[]): SyntaxNode {
      return this.#read(false, () => super.parseExpression(...args))
    }

    override parseExprList(...args: unknown[]): unknown[] {
      return this.#read(false, () => super.parseExprList(...args))
    }

    override parseBindingList(...args: unknown[]): SyntaxNode[] {
      return this.#read(false, () => super.parseBindingList(...args))
    }

    override parseObj(...args: unknown[]): SyntaxNode {
      return this.#read(false, () => super.parseObj(...args))
    }

    override parseClass(...args: unknown[]): SyntaxNode {
      return this.#read(false, () => super.parseClass(...args))
    }

    override parseBlock(...args: unknown[]): SyntaxNode {
      return this.#read(false, () => super.parseBlock(...args))
    }

    #read<T>(isConsequent: boolean, read: () => T): T {
      const before = this.#isConsequent
      this.#isConsequent = isConsequent
      try {
        return read()
      } finally {
        this.#isConsequent = before
      }
    }

    #readArrowOrNot(read: () => SyntaxNode): SyntaxNode {
      const parentheses = this.#newParentheses(true)
      if (!this.#isConsequent) return this.#readWith(parentheses, read)
      const attempt = this.tryParse(abort => {
        const node = this.#readWith(parentheses, read)
        if (parentheses.hasReturnType && this.type !== tokTypes.colon) abort()
        return node
      })
      if (attempt.node) return attempt.node
      // Read again only where that can differ, or nested errors would double the time each.
      if (!parentheses.hasReturnType && attempt.error) throw attempt.error
      return this.#readWith(this.#newParentheses(false), read)
    }

    #newParentheses(mayHaveReturnType: boolean): Parentheses {
      return { isConsequent: this.#isConsequent, mayHaveReturnType, hasReturnType: false }
    }

    #readWith(parentheses: Parentheses, read: () => SyntaxNode): SyntaxNode {
      const before = this.#parentheses
      this.#parentheses = parentheses
      try {
        return read()
      } finally {
        this.#parentheses = before
      }
    }

    #mayBeArrow(): boolean {
      return this.type !== tokTypes.colon || this.#parentheses?.mayHaveReturnType !== false
    }

    #noteReturnType(shouldParse: () => boolean): boolean {
      const isColon = this.type === tokTypes.colon
      const is = shouldParse()
      if (is && isColon && this.#parentheses) this.#parentheses.hasReturnType = true
      return is
    }
  }
