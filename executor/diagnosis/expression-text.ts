/**
 * Writes an expression as V8 does in its messages: `list.map(...).nope`, `(intermediate value)()`.
 */

import { isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'

/** What V8 writes for an expression that it does not show. */
const HIDDEN = '(intermediate value)'
/** Longer expressions are cut from the front: what fails is at their end. */
const MAX_TEXT = 120
/** Chains are written down to this depth. */
const MAX_DEPTH = 40

/** The text of an expression. */
export function expressionText(node: SyntaxNode): string {
  const text = write(node, MAX_DEPTH)
  return text.length <= MAX_TEXT ? text : `…${text.slice(1 - MAX_TEXT)}`
}

function write(node: SyntaxNode, depth: number): string {
  if (depth === 0) return '…'
  const inner = (part: unknown) => write(part as SyntaxNode, depth - 1)
  switch (node.type) {
    case 'Identifier':
      return node.name as string
    case 'PrivateIdentifier':
      return `#${node.name}`
    case 'ThisExpression':
      return 'this'
    case 'Super':
      return 'super'
    case 'Literal':
      return literalText(node)
    case 'MemberExpression': {
      const link = node.optional ? '?.' : ''
      return node.computed
        ? `${inner(node.object)}${link}[${inner(node.property)}]`
        : `${inner(node.object)}${link || '.'}${inner(node.property)}`
    }
    case 'CallExpression':
      return `${inner(node.callee)}(...)`
    case 'NewExpression':
      return `new ${inner(node.callee)}(...)`
    case 'LogicalExpression':
    case 'BinaryExpression':
      return `(${inner(node.left)} ${node.operator} ${inner(node.right)})`
    default: {
      const wrapped = withoutWrapping(node)
      return wrapped === node ? HIDDEN : write(wrapped, depth - 1)
    }
  }
}

function literalText(node: SyntaxNode): string {
  if (typeof node.value === 'string') return JSON.stringify(node.value)
  return typeof node.raw === 'string' ? node.raw : String(node.value)
}

/** Nodes that stand around an expression without changing what it is. */
const WRAPPING =
  /^(?:ChainExpression|ParenthesizedExpression|TSAsExpression|TSSatisfiesExpression|TSNonNullExpression|TSTypeAssertion|TSInstantiationExpression)$/

/** An expression without parentheses, optional chains and types around it. */
export function withoutWrapping(node: SyntaxNode): SyntaxNode {
  let inner = node
  while (WRAPPING.test(inner.type) && isNode(inner.expression)) inner = inner.expression
  return inner
}

/** The name of a property, where the source says it. */
export function propertyName(property: SyntaxNode, isComputed: boolean): string | undefined {
  if (property.type === 'Literal') return String(property.value)
  if (property.type === 'PrivateIdentifier') return `#${property.name}`
  return !isComputed && property.type === 'Identifier' ? (property.name as string) : undefined
}

/** The last name of a callee: `c` of `a.b.c`; absent when it has none. */
export function lastName(callee: SyntaxNode): string | undefined {
  const node = withoutWrapping(callee)
  if (node.type === 'Identifier') return node.name as string
  if (node.type === 'Super') return 'super'
  if (node.type !== 'MemberExpression') return undefined
  return propertyName(node.property as SyntaxNode, node.computed === true)
}
