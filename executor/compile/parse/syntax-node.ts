/** A node of the syntax tree, of JavaScript or TypeScript, before its type is looked at. */
export interface SyntaxNode {
  type: string
  /** Offset of its first character; surrounding parentheses do not count. */
  start: number
  /** Offset after its last character. */
  end: number
  [key: string]: unknown
}

/** Whether a property of a node holds a node. */
export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** Calls `visit` with each child of a node, in the order of the tree. */
export function forEachChild(
  node: SyntaxNode,
  visit: (child: SyntaxNode, key: string) => void,
): void {
  for (const key in node) {
    const value = node[key]
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, key)
    } else if (isNode(value)) visit(value, key)
  }
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Whether a node is a function of any kind; methods hold one as their `value`. */
export const isFunction = (node: SyntaxNode): boolean => FUNCTIONS.has(node.type)
