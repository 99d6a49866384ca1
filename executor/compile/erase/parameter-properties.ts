import type { Blanks } from '../parse/blanks.ts'
import { Refusal } from '../parse/source-error.ts'
import { forEachChild, isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from '../rewrite/edits.ts'

/**
 * Turns `constructor(private a, readonly b = 1)` into fields and assignments, as TypeScript emits
 * them: the fields first in the class, the assignments first in the constructor or, in a derived
 * class, behind the call of `super`. The tree is changed in place.
 *
 * @throws {Refusal} when the call of `super` is inside another statement
 */
export function declareParameterProperties(
  text: string,
  classNode: SyntaxNode,
  blanks: Blanks,
  edits: Edits,
): void {
  const classBody = classNode.body as SyntaxNode
  const constructorFunction = constructorOf(classBody)
  if (!constructorFunction) return
  const names: string[] = []
  constructorFunction.params = (constructorFunction.params as SyntaxNode[]).map(param => {
    if (param.type !== 'TSParameterProperty') return param
    const parameter = param.parameter as SyntaxNode
    const binding = (parameter.left ?? parameter) as SyntaxNode
    eraseModifiers(text, param.start, binding.start, blanks)
    parameter.start = binding.start
    names.push(binding.name as string)
    return parameter
  })
  if (names.length === 0) return
  const fields = names.map(name => `${name};`).join('')
  edits.wrap(classBody.start + 1, classBody.start + 1, fields, '')
  const assignments = names.map(name => `this.${name}=${name};`).join('')
  assign(constructorFunction, isNode(classNode.superClass), assignments, edits)
}

/** The function of a class's constructor, none when it has only signatures. */
function constructorOf(classBody: SyntaxNode): SyntaxNode | undefined {
  for (const member of classBody.body as SyntaxNode[]) {
    if (member.kind !== 'constructor' || !isNode(member.value)) continue
    if (isNode(member.value.body)) return member.value
  }
  return undefined
}

function eraseModifiers(text: string, start: number, end: number, blanks: Blanks): void {
  const word = /[a-z]+/y
  for (let at = start; at < end; at = skipTrivia(text, word.lastIndex)) {
    word.lastIndex = at
    if (!word.test(text)) return
    blanks.blank(at, word.lastIndex)
  }
}

function assign(fn: SyntaxNode, isDerived: boolean, assignments: string, edits: Edits): void {
  const body = fn.body as SyntaxNode
  const statements = body.body as SyntaxNode[]
  const superCall = isDerived ? statements.find(isSuperCall) : undefined
  if (superCall) {
    edits.wrap(superCall.start, superCall.end, '', `;${assignments}`)
    return
  }
  const inner = isDerived ? findSuper(body) : undefined
  if (inner) {
    throw new Refusal(
      inner.start,
      'In a constructor with a TypeScript parameter property, `super(…)` must be a statement of its own',
      'Call super directly in the constructor, or assign the properties yourself.',
    )
  }
  const directive = statements.findLast(statement => typeof statement.directive === 'string')
  if (directive) edits.wrap(directive.start, directive.end, '', `;${assignments}`)
  else edits.wrap(body.start + 1, body.start + 1, assignments, '')
}

const isSuperCall = ({ type, expression }: SyntaxNode): boolean =>
  type === 'ExpressionStatement' && isNode(expression) && isCallOfSuper(expression)

const isCallOfSuper = ({ type, callee }: SyntaxNode): boolean =>
  type === 'CallExpression' && isNode(callee) && callee.type === 'Super'

/** The call of `super` in a constructor, arrow functions included. */
function findSuper(node: SyntaxNode): SyntaxNode | undefined {
  if (isCallOfSuper(node)) return node
  let found: SyntaxNode | undefined
  forEachChild(node, child => {
    const isOther = isFunction(child) && child.type !== 'ArrowFunctionExpression'
    if (!isOther && !/^Class/.test(child.type)) found ??= findSuper(child)
  })
  return found
}
