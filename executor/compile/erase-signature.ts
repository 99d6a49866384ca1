import type { Blanks } from './blanks.ts'
import { isNode, type SyntaxNode } from './syntax-node.ts'
import { skipTrivia } from './trivia.ts'

/**
 * Takes out of a function's signature the types that are no nodes: the `?` of a parameter and the
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
  const annotation = param.typeAnnotation as SyntaxNode | undefined
  const mark = text.lastIndexOf('?', (annotation?.start ?? param.end) - 1)
  if (mark > param.start) blanks.blank(mark, mark + 1)
  delete param.optional
}

/**
 * No line may end between `async` or `return` and the parameters, nor between them and `=>`: when a
 * type that has a line end goes, the parenthesis moves to its other side.
 */
function keepArrowTogether(text: string, fn: SyntaxNode, blanks: Blanks): void {
  const { typeParameters, returnType } = fn
  if (isNode(typeParameters) && blanks.hasLineEnd(typeParameters.start, typeParameters.end)) {
    const parenthesis = skipTrivia(text, typeParameters.end)
    blanks.blank(typeParameters.start, parenthesis + 1)
    blanks.mark(typeParameters.start, '(')
  }
  if (isNode(returnType) && blanks.hasLineEnd(returnType.start, returnType.end)) {
    const parenthesis = text.lastIndexOf(')', returnType.start)
    blanks.blank(parenthesis, returnType.end)
    blanks.mark(returnType.end - 1, ')')
  }
}
