import type { Edits } from '../rewrite/edits.ts'
import { markReturns } from '../rewrite/program-end.ts'
import { type Declarations, declarationsOf } from '../rewrite/top-level.ts'
import { isNode, type SyntaxNode } from './syntax-node.ts'

/** The label of the block that a program becomes when it has a top-level `return`. */
const PROGRAM = '__latchd_program'

/**
 * Look-ups by name that would miss a function that is no longer a property of the global object.
 */
const LOOKS_UP_BY_NAME = /\bglobalThis\b|\bthis\s*\[/

/**
 * Puts the program into a block, and makes each top-level `return` leave it.
 *
 * The engine keeps names of a block in its stack frame and names of a script in a table (2.7 times
 * slower, measured). `return v` is `v` as the last statement and a `break` out of the block: the
 * completion value of the block is then `v`, and a `finally` on the way that returns or jumps
 * elsewhere overrides it exactly as it overrides a `return`.
 *
 * Where a block forbids or changes what a script allows, a program without `return` stays as it is;
 * one with `return` becomes the body of an async function.
 *
 * @returns whether the program has become the body of a function
 */
export function putIntoBlock(text: string, program: SyntaxNode, edits: Edits): boolean {
  const statements = program.body as SyntaxNode[]
  const directives = statements.filter(statement => typeof statement.directive === 'string')
  const [first] = statements.slice(directives.length)
  const last = statements.at(-1)
  if (!first || !last) return false
  const isStrict = isStrictBy(text, directives)
  const declarations = declarationsOf(statements.slice(directives.length))
  const isBlock = canBeBlock(declarations, isStrict)
  const { returns, hasUsing, functions } = declarations
  if (returns.length === 0 && !hasUsing) {
    if (!isBlock || (functions.size > 0 && LOOKS_UP_BY_NAME.test(text))) return false
    wrap('{', '}')
  } else if (isBlock) {
    wrap(returns.length > 0 ? `${PROGRAM}:{` : '{', '}')
    for (const statement of returns) leave(text, statement, edits, PROGRAM, '(', 'void 0')
  } else {
    wrap('(async()=>{', '})()')
    markReturns(text, returns, edits)
    return true
  }
  return false

  function wrap(before: string, after: string) {
    const directive = directives.at(-1)
    const isOpen = directive !== undefined && text.charAt(directive.end - 1) !== ';'
    const start = directive?.end ?? (first as SyntaxNode).start
    edits.wrap(start, (last as SyntaxNode).end, isOpen ? `;${before}` : before, after)
  }
}

const USE_STRICT = /^(['"])use strict\1/

function canBeBlock(declarations: Declarations, isStrict: boolean): boolean {
  const { functions, repeated, vars, nested } = declarations
  for (const name of functions.keys()) {
    if (vars.has(name) || nested.has(name)) return false
  }
  return repeated.every(isPlain => isPlain && !isStrict)
}

/**
 * Makes a `return` leave the statement of a label.
 *
 * @param open the text before the value; its parenthesis is closed behind the value
 * @param none the text in place of a missing value
 */
export function leave(
  text: string,
  statement: SyntaxNode,
  edits: Edits,
  label: string,
  open: string,
  none: string,
): void {
  const { start, end, argument } = statement
  const exit = `break ${label}}`
  if (!isNode(argument)) {
    edits.replace(start, end, `{${none};${exit}`)
    return
  }
  const close = ')'.repeat(open.split('(').length - 1)
  edits.replace(start, start + 'return'.length, `{${open}`)
  // Erased types leave spaces behind the `;` that they leave.
  const trimmed = start + text.slice(start, end).trimEnd().length
  if (text.charAt(trimmed - 1) === ';') edits.replace(trimmed - 1, trimmed, `${close};${exit}`)
  else edits.wrap(start, end, '', `${close};${exit}`)
}

/** Whether one of the directives makes the program strict. */
export const isStrictBy = (text: string, directives: readonly SyntaxNode[]): boolean =>
  directives.some(({ start, end }) => USE_STRICT.test(text.slice(start, end)))
