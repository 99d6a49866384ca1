import { Blanks } from '../parse/blanks.ts'
import { isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { endOfName, skipClosing, skipTrivia } from '../parse/trivia.ts'
import type { Edits } from '../rewrite/edits.ts'
import { declareEnum, EnumScope } from './enum-declaration.ts'
import {
  isTypeStatement,
  misplaced,
  refuseLoopType,
  refuseOperators,
  refuseUnlessErasable,
} from './erasable.ts'
import { eraseMember } from './erase-member.ts'
import { eraseSignature } from './erase-signature.ts'
import { declareParameterProperties } from './parameter-properties.ts'

/**
 * Takes the types out of a TypeScript source.
 *
 * Their characters become spaces in the returned text. `program` is changed in place to the tree of
 * that text. Insertions go to `edits`.
 *
 * The places where a blank would let two statements grow together are those of ts-blank-space
 * (https://github.com/bloomberg/ts-blank-space#where-are-my-semicolons).
 *
 * @throws {Refusal} for TypeScript that is more than types
 */
export function eraseTypes(text: string, program: SyntaxNode, edits: Edits): string {
  const blanks = new Blanks(text)
  new Eraser(text, blanks, edits).erase(program)
  return blanks.apply()
}

/** Properties that hold types and nothing else. */
const TYPES = [
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeParameters',
]

/** Statements and members that a line end may end. */
const ENDED_BY_LINE = new Set([
  'ExpressionStatement',
  'VariableDeclaration',
  'ReturnStatement',
  'ThrowStatement',
  'PropertyDefinition',
])

/** Nodes that have declarations of their own. */
const BLOCKS = new Set(['BlockStatement', 'StaticBlock', 'SwitchStatement'])

/** Names and patterns, whose types are a syntax error unless they are declared here. */
const BINDINGS = new Set([
  'Identifier',
  'ObjectPattern',
  'ArrayPattern',
  'RestElement',
  'AssignmentPattern',
])

class Eraser {
  readonly #text: string
  readonly #blanks: Blanks
  readonly #edits: Edits
  /** Names and patterns that may have a type. */
  readonly #typed = new WeakSet<SyntaxNode>()
  #enums = new EnumScope(true)

  constructor(text: string, blanks: Blanks, edits: Edits) {
    this.#text = text
    this.#blanks = blanks
    this.#edits = edits
  }

  /** The node that stands for `node` once its types are gone. */
  erase(node: SyntaxNode, key?: string): SyntaxNode {
    if (node.type !== 'PropertyDefinition' && isTypeStatement(node)) {
      return this.#eraseStatement(node)
    }
    refuseUnlessErasable(node)
    // The plug-in leaves it so where no arrow function follows: `(a?)`.
    if (node.optional === true && this.#text.charAt(node.end - 1) === '?') throw misplaced(node)
    const inner = this.#eraseOperator(node)
    if (inner) {
      if (key === 'left') this.#keepGroup(inner)
      return this.erase(inner, key)
    }
    if (node.type === 'TSEnumDeclaration') return this.#declareEnum(node)
    if (node.type === 'ClassBody') this.#eraseMembers(node)
    else this.#eraseHeads(node)
    if (isFunction(node)) eraseSignature(this.#text, node, this.#blanks)
    this.#eraseTypesOf(node)
    if (BLOCKS.has(node.type)) this.#eraseBlock(node)
    else this.#eraseChildren(node)
    this.#keepEnd(node, key)
    return node
  }

  #eraseBlock(node: SyntaxNode): void {
    const outer = this.#enums
    this.#enums = new EnumScope(false)
    this.#eraseChildren(node)
    this.#enums = outer
  }

  #declareEnum(node: SyntaxNode): SyntaxNode {
    this.#eraseChildren(node)
    return declareEnum(this.#text, node, this.#enums, this.#blanks, this.#edits)
  }

  #eraseChildren(node: SyntaxNode): void {
    for (const key in node) {
      const value = node[key]
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) {
          if (isNode(value[i])) value[i] = this.erase(value[i], key)
        }
      } else if (isNode(value)) node[key] = this.erase(value, key)
    }
  }

  #eraseStatement(node: SyntaxNode): SyntaxNode {
    this.#blanks.blank(node.start, node.end)
    // The line before may lack its `;`, and the line after may begin with a parenthesis.
    this.#blanks.mark(node.start, ';')
    return { type: 'EmptyStatement', start: node.start, end: node.start + 1 }
  }

  /** Erases an operator on types; returns its operand. */
  #eraseOperator(node: SyntaxNode): SyntaxNode | undefined {
    const { type, expression } = node
    if (!isNode(expression)) return undefined
    switch (type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        this.#blanks.blank(skipClosing(this.#text, expression.end), node.end)
        return expression
      case 'TSNonNullExpression':
        this.#blanks.blank(node.end - 1, node.end)
        return expression
      case 'TSInstantiationExpression':
        this.#blankNode(node.typeArguments ?? node.typeParameters)
        return expression
      case 'TSTypeAssertion': {
        const typeEnd = (node.typeAnnotation as SyntaxNode).end
        this.#blanks.blank(node.start, skipTrivia(this.#text, typeEnd) + 1)
        // `() => <T>{}` would become a block, and a line end in the type would end a `return`.
        this.#edits.wrap(node.start, node.end, '(', ')')
        return expression
      }
      default:
        return undefined
    }
  }

  /** `a + b as T * c` is `(a + b) * c`. */
  #keepGroup({ type, start, end }: SyntaxNode): void {
    const isGroup = type === 'BinaryExpression' || type === 'LogicalExpression'
    if (isGroup) this.#edits.wrap(start, end, '(', ')')
  }

  /** The types in a declaration's head that are not nodes. */
  #eraseHeads(node: SyntaxNode): void {
    switch (node.type) {
      case 'VariableDeclarator':
        this.#eraseDeclarator(node)
        return
      case 'CatchClause':
        if (isNode(node.param)) this.#typed.add(node.param)
        return
      case 'ForInStatement':
      case 'ForOfStatement':
        refuseLoopType(node.left as SyntaxNode)
        return
      case 'ClassDeclaration':
      case 'ClassExpression':
        declareParameterProperties(this.#text, node, this.#blanks, this.#edits)
        this.#eraseClassHead(node)
        return
    }
    if (!isFunction(node)) return
    for (const param of node.params as SyntaxNode[]) {
      for (const binding of [param, param.left, param.argument]) {
        if (isNode(binding)) this.#typed.add(binding)
      }
      refuseOperators(param)
    }
  }

  #eraseDeclarator(declarator: SyntaxNode): void {
    const id = declarator.id as SyntaxNode
    this.#typed.add(id)
    if (!declarator.definite) return
    const mark = skipTrivia(this.#text, endOfName(this.#text, id.start))
    if (this.#text.charAt(mark) === '!') this.#blanks.blank(mark, mark + 1)
  }

  #eraseClassHead(node: SyntaxNode): void {
    if (node.abstract) this.#blanks.blank(node.start, node.start + 'abstract'.length)
    const interfaces = node.implements as SyntaxNode[] | undefined
    const last = interfaces?.at(-1)
    if (!last) return
    const before = node.superTypeParameters ?? node.superClass ?? node.typeParameters ?? node.id
    const headEnd = isNode(before) ? before.end : node.start + 'class'.length
    this.#blanks.blank(skipClosing(this.#text, headEnd), last.end)
    delete node.implements
  }

  #eraseMembers(body: SyntaxNode): void {
    let previous: SyntaxNode | undefined
    body.body = (body.body as SyntaxNode[]).filter(member => {
      refuseUnlessErasable(member)
      const isKept = eraseMember(this.#text, member, previous, this.#blanks)
      if (isKept) previous = member
      return isKept
    })
  }

  #eraseTypesOf(node: SyntaxNode): void {
    for (const key of TYPES) {
      const types = node[key]
      if (!isNode(types)) continue
      if (BINDINGS.has(node.type) && !this.#typed.has(node)) throw misplaced(types)
      this.#blankNode(types)
      delete node[key]
    }
  }

  #blankNode(node: unknown): void {
    if (isNode(node)) this.#blanks.blank(node.start, node.end)
  }

  /** `a as T` at the end of a line: the next one may begin with a parenthesis. */
  #keepEnd(node: SyntaxNode, key: string | undefined): void {
    if (!ENDED_BY_LINE.has(node.type) || key === 'init' || key === 'left') return
    if (this.#text.charAt(node.end - 1) === ';') return
    const start = this.#blanks.startOfRangeTo(node.end)
    if (start !== undefined) this.#blanks.mark(start, ';')
  }
}
