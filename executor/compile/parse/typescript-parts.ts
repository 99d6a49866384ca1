import type { AnyNode, TokenType } from 'acorn'
import type { SourceParser } from './parser.ts'
import type { SyntaxNode } from './syntax-node.ts'

/** The result of a reading that may fail: a node, or null after its changes are taken back. */
export interface Attempt<T> {
  readonly node: T | null
  /** The syntax error that ended the reading; null when it succeeded or gave up by itself. */
  readonly error: SyntaxError | null
}

/** The parts of the TypeScript parser, undeclared in its types, that are overridden or called. */
export interface TypeScriptParts extends SourceParser {
  /** Inside `declare`. */
  readonly isAmbientContext: boolean
  readonly value: unknown
  readonly lastTokEnd: number
  type: TokenType
  next(): void
  eat(type: unknown): boolean
  semicolon(): void
  insertSemicolon(): boolean
  nextTokenStart(): number
  expect(type: unknown): void
  raise(offset: number, message: string): never
  raiseRecoverable(offset: number, message: string): never
  unexpected(offset?: number): never
  startNodeAt(offset: number, location: unknown): AnyNode
  finishNode(node: AnyNode, type: string): SyntaxNode & AnyNode
  tryParse<T>(read: (abort: () => never) => T): Attempt<T>
  isSimpleParamList(params: SyntaxNode[]): boolean
  readNumber(startsWithDot: boolean): unknown
  skipLineComment(markLength: number): void
  parseWithStatement(node: AnyNode): AnyNode
  parseExpressionStatement(node: AnyNode, expression: SyntaxNode): AnyNode
  parseLabeledStatement(
    node: AnyNode,
    name: string,
    expression: SyntaxNode,
    context: string | null,
  ): AnyNode
  parseInnerExport(node: AnyNode, exports: unknown): AnyNode
  parseMaybeAssign(...args: unknown[]): SyntaxNode
  parseExpression(...args: unknown[]): SyntaxNode
  parseExprList(...args: unknown[]): unknown[]
  parseObj(...args: unknown[]): SyntaxNode
  parseClass(...args: unknown[]): SyntaxNode
  parseBlock(...args: unknown[]): SyntaxNode
  parseBindingList(...args: unknown[]): SyntaxNode[]
  parseConditional(
    test: SyntaxNode,
    start: number,
    location: unknown,
    forInit: unknown,
    errors: unknown,
  ): SyntaxNode
  parseParenAndDistinguishExpression(canBeArrow: boolean, forInit: unknown): SyntaxNode
  parseParenArrowList(...args: unknown[]): SyntaxNode
  parseSubscript(...args: unknown[]): SyntaxNode
  parseSubscriptAsyncArrow(...args: unknown[]): SyntaxNode
  shouldParseArrow(params: unknown[]): boolean
  shouldParseAsyncArrow(): boolean
  tsParseTypeArgumentsInExpression(): unknown
  hasPrecedingLineBreak(): boolean
  tsNextTokenCanFollowModifier(): boolean
  isLiteralPropertyName(): boolean
  tsParseNoneModifiers(node: AnyNode): void
  tsParseModifiers(options: object): unknown
  tsParseEntityName(allowReservedWords?: boolean): AnyNode
  parseBreakContinueStatement(node: AnyNode, keyword: string): AnyNode
  tsParseInterfaceDeclaration(node: AnyNode, properties?: object): AnyNode | undefined
  tsParseModuleOrNamespaceDeclaration(node: AnyNode, nested?: boolean): AnyNode
}

/** A class of TypeScript parsers. */
export type TypeScriptParserClass = new (input: string) => TypeScriptParts
