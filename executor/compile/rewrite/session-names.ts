import { noNames, type SessionNames } from '../../boundary/session-code.ts'
import { isStrictBy, leave } from '../parse/program-block.ts'
import { Refusal } from '../parse/source-error.ts'
import { LINE_END } from '../parse/source-position.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from './edits.ts'
import { addNames, declarationsOf } from './top-level.ts'

/**
 * Labels of the blocks around a statement with a `return`: it goes on behind one, or ends in the
 * other.
 */
const STATEMENT = '__latchd_statement'
const RETURN = '__latchd_return'

/** Prelude helper: takes note of the value of a `return`, and gives the one noted before. */
export const RETURNED = '__latchd_returned'
/** Prelude value: what a program throws to end with the value of its `return`. */
export const EXIT = '__latchd_exit'
/** Prelude helpers: register a resource, and return it. */
const USING = '__latchd_using'
const AWAIT_USING = '__latchd_awaitUsing'

/** Globals that a script cannot declare. */
const FIXED = ['undefined', 'NaN', 'Infinity']

/**
 * Leaves the names of a program's top level to the engine's global scope, where later programs find
 * them, and returns these names.
 *
 * The scope itself keeps `let`, `const` and classes as the language has them. Only what cannot
 * stand at the top level of a script changes. A function becomes an assignment, since a script's
 * own functions could never be declared again. A `return` leaves its statement and then throws past
 * the program, where nothing catches it. A `using` becomes a `const` whose value the prelude
 * disposes of.
 */
export function keepNames(text: string, program: SyntaxNode, edits: Edits): SessionNames {
  const all = program.body as SyntaxNode[]
  const directives = all.filter(statement => typeof statement.directive === 'string')
  const statements = all.slice(directives.length)
  if (statements.length === 0) return noNames
  const lexical = new Set<string>()
  const resources = new Set<string>()
  const ranges: SessionNames['ranges'][number][] = []
  const lines = new Map<string, number>()
  const lineOf = lineCounter(text)
  for (const statement of statements) {
    noteLines(lines, statement, lineOf)
    if (statement.type === 'FunctionDeclaration') ranges.push(assign(statement, edits))
    else if (statement.type === 'ClassDeclaration') addNames(lexical, statement.id)
    else if (statement.type === 'VariableDeclaration') {
      if (statement.kind === 'var') continue
      for (const { id } of statement.declarations as SyntaxNode[]) addNames(lexical, id)
      if (/using$/.test(String(statement.kind))) declareResources(text, statement, edits, resources)
    } else leaveStatement(text, statement, edits)
    for (const name of FIXED) {
      if (!lexical.has(name)) continue
      throw new Refusal(statement.start, `Identifier '${name}' has already been declared`)
    }
  }
  const { functions, vars, nested } = declarationsOf(statements)
  const names = {
    lexical: [...lexical],
    vars: [...vars, ...nested].filter(name => !functions.has(name) && !lexical.has(name)),
    functions: [...functions.keys()],
  }
  return {
    ...names,
    resources: [...resources],
    lines: Object.values(names)
      .flat()
      .map(name => lines.get(name) ?? 0),
    isStrict: isStrictBy(text, directives),
    ranges,
  }
}

/** Notes where a statement of the top level declares its names. */
function noteLines(
  lines: Map<string, number>,
  statement: SyntaxNode,
  lineOf: (offset: number) => number,
): void {
  const ids =
    statement.type === 'VariableDeclaration'
      ? (statement.declarations as SyntaxNode[]).map(({ id }) => id)
      : /^(Function|Class)Declaration$/.test(statement.type)
        ? [statement.id]
        : []
  for (const id of ids as SyntaxNode[]) {
    const names = new Set<string>()
    addNames(names, id)
    const line = lineOf(id.start)
    for (const name of names) lines.set(name, line)
  }
}

/** Returns the lines of offsets, from 1. The offsets have to come in order. */
function lineCounter(text: string): (offset: number) => number {
  const ends = text.matchAll(LINE_END)
  let line = 1
  let next = ends.next()
  return offset => {
    for (; next.done !== true && next.value.index < offset; next = ends.next()) line++
    return line
  }
}

/** `function f() {…}` to `f=function  () {…};`, which names it as well. */
function assign(fn: SyntaxNode, edits: Edits) {
  const id = fn.id as SyntaxNode
  const range = edits.wrapAndFind(fn.start, fn.end, `${id.name}=`, ';')
  edits.replace(id.start, id.end, ' '.repeat(id.end - id.start))
  return range
}

function declareResources(
  text: string,
  declaration: SyntaxNode,
  edits: Edits,
  names: Set<string>,
): void {
  const { start } = declaration
  const isAwaited = declaration.kind === 'await using'
  if (isAwaited) {
    const using = skipTrivia(text, start + 'await'.length)
    edits.replace(start, start + 'await'.length, 'const')
    edits.replace(using, using + 'using'.length, '     ')
  } else edits.replace(start, start + 'using'.length, 'const')
  for (const { id, init } of declaration.declarations as SyntaxNode[]) {
    addNames(names, id)
    if (isNode(init)) {
      edits.wrap(init.start, init.end, `${isAwaited ? AWAIT_USING : USING}((`, '))')
    }
  }
}

function leaveStatement(text: string, statement: SyntaxNode, edits: Edits): void {
  const { returns } = declarationsOf([statement])
  if (returns.length === 0) return
  const { start, end } = statement
  edits.wrap(start, end, `${STATEMENT}:{${RETURN}:{`, `;break ${STATEMENT}}throw ${EXIT}}`)
  for (const one of returns) leave(text, one, edits, RETURN, `${RETURNED}((`, `${RETURNED}()`)
}
