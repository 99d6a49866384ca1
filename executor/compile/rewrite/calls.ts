/** Calls of a syntax tree, as the passes over promises ask for them. */

import { isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'

/** The arguments of a call or of a `new` expression. */
export const argumentsOf = (call: SyntaxNode): SyntaxNode[] => call.arguments as SyntaxNode[]

/** A plain method call, `o.m(…)`: neither optional nor computed. */
export interface MethodCall {
  readonly object: SyntaxNode
  readonly name: string
}

/** The receiver and name of a plain method call. */
export function methodOf(call: SyntaxNode): MethodCall | undefined {
  const { callee } = call
  if (!isNode(callee) || callee.type !== 'MemberExpression') return undefined
  const { object, property } = callee
  if (callee.computed || callee.optional || call.optional) return undefined
  if (!isNode(object) || !isNode(property) || property.type !== 'Identifier') return undefined
  return { object, name: property.name as string }
}

const CONTINUATIONS = new Set(['then', 'catch', 'finally'])

/** `p.then(…)`, `p.catch(…)` and `p.finally(…)`, also behind `p?.`. */
export function continuationOf(call: SyntaxNode): MethodCall | undefined {
  const { callee } = call
  if (!isNode(callee) || callee.type !== 'MemberExpression' || callee.computed) return undefined
  const { object, property } = callee
  if (call.optional || !isNode(object) || !isNode(property)) return undefined
  const name = String(property.name)
  return CONTINUATIONS.has(name) ? { object, name } : undefined
}

/** Methods of arrays that call a function for each element and never look for a promise of it. */
const PER_ELEMENT = new Set(
  'every filter find findIndex findLast findLastIndex flatMap forEach map reduce reduceRight some sort toSorted'.split(
    ' ',
  ),
)

/** Whether a function is handed to a method of arrays, as in `list.map(fn)`. */
export const isElementCallback = (call: SyntaxNode, fn: SyntaxNode): boolean =>
  call.type === 'CallExpression' &&
  call.callee !== fn &&
  PER_ELEMENT.has(methodOf(call)?.name ?? '')

/** Whether an argument is a function that stands there itself. */
export const isInlineFunction = (node: SyntaxNode | undefined): node is SyntaxNode =>
  node !== undefined && isFunction(node)
