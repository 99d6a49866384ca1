import { forEachChild, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Edits } from './edits.ts'

/** Prelude helper: a string as an object, any other value as it is. */
export const SPREAD = '__latchd_spread'

/** What is never a string. */
const OBJECTS = new Set([
  ...['ObjectExpression', 'ArrayExpression', 'NewExpression', 'FunctionExpression'],
  ...['ArrowFunctionExpression', 'ClassExpression', 'ThisExpression'],
])

/**
 * Makes `{...text}` give the characters of a string, as the language has it: the engine takes no
 * properties from one.
 *
 * @param text without types; positions are those of `program`
 */
export function spreadStrings(text: string, program: SyntaxNode, edits: Edits): void {
  if (!text.includes('...')) return
  const nodes = [program]
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    if (node.type === 'ObjectExpression') spreadInto(node, edits)
    forEachChild(node, child => nodes.push(child))
  }
}

function spreadInto(object: SyntaxNode, edits: Edits): void {
  for (const property of object.properties as SyntaxNode[]) {
    if (property.type !== 'SpreadElement') continue
    const { type, start, end } = property.argument as SyntaxNode
    if (OBJECTS.has(type)) continue
    // The commas of a sequence would separate arguments.
    const isSequence = type === 'SequenceExpression'
    edits.wrap(start, end, `${SPREAD}(${isSequence ? '(' : ''}`, isSequence ? '))' : ')')
  }
}
