import type { SyntaxNode } from '../compile/parse/syntax-node.ts'
import type { Operation } from './scope.ts'

/** Built-ins that make a regular expression of a string. */
const MAKERS = new Set(['RegExp', 'match', 'matchAll', 'search', 'compile'])

/** Whether a built-in of this name makes regular expressions. */
export const makesRegExp = (name: string | undefined): boolean => MAKERS.has(name ?? '')

/**
 * V8's message for an invalid regular expression, which quotes it.
 *
 * @param message of the engine: the reason alone
 * @param call of the built-in. Its pattern is quoted only when it is a literal.
 */
export function regExpWording(message: string, call: Operation): string {
  const [pattern, flags] = (call.node.arguments ?? []) as SyntaxNode[]
  const source = textOf(pattern)
  const flagText = flags === undefined ? '' : textOf(flags)
  if (source === undefined || flagText === undefined) {
    return `Invalid regular expression: ${message}`
  }
  try {
    new RegExp(source, flagText)
  } catch (error) {
    // The wording was the aim.
    return (error as Error).message
  }
  return `Invalid regular expression: /${source}/${flagText}: ${message}`
}

function textOf(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type !== 'TemplateLiteral' || (node.expressions as unknown[]).length > 0) {
    return undefined
  }
  const [quasi] = node.quasis as [{ value: { cooked?: string } }]
  return quasi.value.cooked
}
