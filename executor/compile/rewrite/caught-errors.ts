import { forEachChild, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Edits } from './edits.ts'

/** Prelude helper: see `executor/guest/caught-error.ts`. */
const CAUGHT = '__latchd_caught'

/**
 * Has each `catch` that gives its error a name call the prelude first, which puts the message into
 * V8's words. A program that throws nothing runs none of it.
 */
export function nameCaught(text: string, program: SyntaxNode, edits: Edits): void {
  if (!/\bcatch\b/.test(text)) return
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'CatchClause') {
      const { param, body } = node as { param?: SyntaxNode | null; body?: SyntaxNode }
      if (param?.type === 'Identifier' && body !== undefined) {
        edits.wrap(body.start, body.start + 1, '', `${CAUGHT}(${param.name});`)
      }
    }
    forEachChild(node, visit)
  }
  visit(program)
}
