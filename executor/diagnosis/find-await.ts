/** Finds where a program awaits, when the engine has no stack that says so. */

import { forEachChild, isFunction, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import type { SourceScopes } from './scope.ts'

/** The only place outside of functions where a program awaits; `undefined` for none or several. */
export function findAwait({ scopes }: SourceScopes): SyntaxNode | undefined {
  const found: SyntaxNode[] = []
  const visit = (node: SyntaxNode): void => {
    if (isFunction(node)) return
    if (node.type === 'AwaitExpression' || node.await === true) found.push(node)
    forEachChild(node, visit)
  }
  const [program] = scopes
  if (program !== undefined) forEachChild(program.node, visit)
  return found.length === 1 ? found[0] : undefined
}
