import type MagicString from 'magic-string'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Edits } from './edits.ts'

/** Prelude helper: see `executor/guest/end-of-program.ts`. */
const END = '__latchd_end'

/** Without one of these words a program does not reach the prototype of all objects. */
const REACHES_PROTOTYPES = /proto/i

/**
 * Has a program call the prelude as its last step, where it may have changed the prototype of all
 * objects. The declaration in a block leaves the completion value as it is.
 *
 * @param isChanged whether an earlier program may have changed it
 */
export function markEnd(magic: MagicString, isChanged: boolean): void {
  if (!isChanged && !REACHES_PROTOTYPES.test(magic.original)) return
  magic.append(`\n;{const end=${END}()}`)
}

/**
 * As {@link markEnd}, in each `return` of a program that has become the body of a function: its value
 * resolves the promise of that function first.
 */
export function markReturns(text: string, returns: readonly SyntaxNode[], edits: Edits): void {
  if (!REACHES_PROTOTYPES.test(text)) return
  for (const { argument } of returns) {
    if (isNode(argument)) edits.wrap(argument.start, argument.end, `${END}((`, '))')
  }
}
