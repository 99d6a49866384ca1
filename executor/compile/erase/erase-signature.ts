import type { Blanks } from '../parse/blanks.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { endOfName, skipTrivia } from '../parse/trivia.ts'
import { misplaced } from './erasable.ts'

/**
 * Takes types that are not nodes out of a function's signature: the `?` of a parameter and the
 * parameter `this`. The tree is changed in place.
 */
export function eraseSignature(text: string, fn: SyntaxNode, blanks: Blanks): void {
  const params = fn.params as SyntaxNode[]
  for (const param of params) {
    eraseOptional(text, param, blanks)
    if (isNode(param.left)) eraseOptional(text, param.left, blanks)
  }
  const [first] = params
  if (first?.type === 'Identifier' && first.name === 'this') {
    const after = skipTrivia(text, first.end)
    blanks.blank(first.start, text.charAt(after) === ',' ? after + 1 : first.end)
    params.shift()
  }
  if (fn.type === 'ArrowFunctionExpression') keepArrowTogether(text, fn, blanks)
}

function eraseOptional(text: string, param: SyntaxNode, blanks: Blanks): void {
  if (!param.optional) return
  const mark = skipTrivia(text, endOfBinding(text, param))
  if (text.charAt(mark) === '?') blanks.blank(mark, mark + 1)
  delete param.optional
}

/** Where a name or a pattern ends, without its type. */
function endOfBinding(text: string, binding: SyntaxNode): number {
  if (binding.type === 'Identifier') return endOfName(text, binding.start)
  const parts = (binding.properties ?? binding.elements) as (SyntaxNode | null)[]
  const last = parts.findLast(part => part !== null)
  return afterComma(text, last?.end ?? binding.start + 1) + 1
}

/** The offset of the next token, commas left out. */
function afterComma(text: string, from: number): number {
  let at = skipTrivia(text, from)
  while (text.charAt(at) === ',') at = skipTrivia(text, at + 1)
  return at
}

/**
 * No line may end between `async` or `return` and the parameters, nor between them and `=>`: when a
 * type that has a line end goes, the parenthesis moves to its other side.
 */
function keepArrowTogether(text: string, fn: SyntaxNode, blanks: Blanks): void {
  const { typeParameters, returnType } = fn
  if (isNode(typeParameters) && blanks.hasLineEnd(typeParameters.start, typeParameters.end)) {
    const parenthesis = skipTrivia(text, typeParameters.end)
    if (text.charAt(parenthesis) !== '(') throw misplaced(typeParameters)
    blanks.blank(typeParameters.start, parenthesis + 1)
    blanks.mark(typeParameters.start, '(')
  }
  if (!isNode(returnType)) return
  const parenthesis = closingParenthesis(text, fn)
  if (blanks.hasLineEnd(parenthesis, returnType.end)) {
    blanks.blank(parenthesis, returnType.end)
    blanks.mark(returnType.end - 1, ')')
  }
}

function closingParenthesis(text: string, fn: SyntaxNode): number {
  const last = (fn.params as SyntaxNode[]).at(-1)
  if (last) {
    const at = afterComma(text, last.end)
    // The `?` of an optional parameter without a type does not belong to its node.
    return text.charAt(at) === '?' ? afterComma(text, at + 1) : at
  }
  const before = isNode(fn.typeParameters) ? fn.typeParameters.end : fn.start
  const open = fn.async && before === fn.start ? before + 'async'.length : before
  return skipTrivia(text, skipTrivia(text, open) + 1)
}
