import { standardGlobals } from '../../protocol/tool/reserved-names.ts'
import type { SyntaxNode } from '../compile/parse/syntax-node.ts'
import { expressionText, withoutWrapping } from './expression-text.ts'
import type { Operation } from './scope.ts'

/**
 * Whether a call is one of a function that is there for sure: a tool, or a standard built-in.
 *
 * Where the engine only says "not a function" of one of two calls, it is the other one.
 */
export function isSurelyCallable({ kind, node }: Operation, toolNames: readonly string[]): boolean {
  if (kind !== 'call' && kind !== 'construct') return false
  const callee = withoutWrapping((node.callee ?? node.tag) as SyntaxNode)
  if (toolNames.includes(expressionText(callee))) return true
  if (callee.type === 'Identifier') return isFunctionOf(globalThis, callee.name)
  if (callee.type !== 'MemberExpression' || callee.computed === true) return false
  const object = withoutWrapping(callee.object as SyntaxNode)
  if (object.type !== 'Identifier' || !standardGlobals.has(object.name as string)) return false
  const holder = Object.getOwnPropertyDescriptor(globalThis, object.name as string)?.value
  return isFunctionOf(holder, (callee.property as SyntaxNode).name)
}

/** Looks at this thread's own built-ins, without running a getter. */
function isFunctionOf(holder: unknown, name: unknown): boolean {
  if (holder === globalThis && !standardGlobals.has(name as string)) return false
  if (Object(holder) !== holder) return false
  const value = Object.getOwnPropertyDescriptor(holder, name as string)?.value
  return typeof value === 'function'
}
