/**
 * Callees of a source, and how they change so that the prelude decides which function is called.
 */

import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipClosing } from '../parse/trivia.ts'
import type { Edits } from './edits.ts'

/**
 * Prelude helper: takes `(callee, want)`, returns the function to call instead; see
 * `executor/guest/host/concurrent.ts`.
 */
const CALL = '__latchd_call'
/**
 * The same for a method: takes `(object, key, want)`, returns a function with `object` as its
 * `this`.
 */
const METHOD = '__latchd_method'
/** Whether the callee of a call can be replaced. */
export function isRewritable(call: SyntaxNode): boolean {
  const callee = call.callee as SyntaxNode
  // Behind `?.` the rest of the chain may not run at all: only the head of one can be replaced.
  if (isInChain(callee)) return false
  if (callee.type === 'Super') return false
  if (callee.type !== 'MemberExpression') return true
  const [object, property] = [callee.object as SyntaxNode, callee.property as SyntaxNode]
  return object.type !== 'Super' && property.type !== 'PrivateIdentifier' && !call.optional
}

/** Whether an optional link stands in the chain of members and calls that ends in this node. */
function isInChain(end: SyntaxNode): boolean {
  let node: unknown = end
  while (isNode(node)) {
    if (node.type === 'ChainExpression') return true
    if (node.type !== 'MemberExpression' && node.type !== 'CallExpression') return false
    if (node.optional) return true
    node = node.type === 'MemberExpression' ? node.object : node.callee
  }
  return false
}

/** Puts the prelude's choice around a function. @param want an expression of the prelude's bits */
export function wrapCallee(fn: SyntaxNode, want: string, edits: Edits, space = ''): void {
  edits.wrap(fn.start, fn.end, `${space}${CALL}(`, `,${want})`)
}

/** As {@link wrapCallee}, for the callee of a call: a method keeps its receiver. */
export function rewriteCallee(text: string, callee: SyntaxNode, want: string, edits: Edits): void {
  const { start, end } = callee
  const space = needsSpace(text, start)
  if (callee.type !== 'MemberExpression') {
    wrapCallee(callee, want, edits, space)
    return
  }
  const [object, property] = [callee.object as SyntaxNode, callee.property as SyntaxNode]
  const link = skipClosing(text, object.end)
  edits.wrap(start, end, `${space}${METHOD}(`, callee.computed ? '' : `,${want})`)
  if (callee.computed) {
    edits.replace(link, link + 1, ',(')
    edits.replace(end - 1, end, `),${want})`)
  } else {
    edits.replace(link, link + 1, ',')
    edits.wrap(property.start, property.end, '"', '"')
  }
}

/** A space where a word would grow together with the one before, as in `await[f][0](x)`. */
export const needsSpace = (text: string, at: number): string =>
  /[\p{ID_Continue}$]/u.test(text.charAt(at - 1)) ? ' ' : ''
