/**
 * Programs that are written as a module or as one function, as other systems want them: the value
 * of `export default` is the result, and a function that nothing else calls is called.
 */

import { forEachChild, isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from './edits.ts'
import { EXIT, RETURNED } from './session-names.ts'

const EXPORT = 'export'
const DEFAULT = 'default'

/**
 * The text in place of a word of `export default`: a statement of its own, so that no line is
 * continued.
 */
const ENDED = ';'.padEnd(EXPORT.length)

/** The function that is called of a session's program. */
const MAIN = 'main'

/** The name that holds an exported value up to the end of its program. */
const EXPORTED = '__latchd_exported'

/**
 * Takes `export default` away, from the text and from the tree.
 *
 * @returns the text with which the program has to end, so that its result is the exported value;
 *   `undefined` when it needs none
 */
export function takeDefaultExport(
  text: string,
  program: SyntaxNode,
  edits: Edits,
  mode: 'program' | 'session',
): string | undefined {
  const statements = program.body as SyntaxNode[]
  const index = statements.findIndex(({ type }) => type === 'ExportDefaultDeclaration')
  if (index < 0) return undefined
  const exported = statements[index] as SyntaxNode
  const declaration = exported.declaration as SyntaxNode
  const second = skipTrivia(text, exported.start + EXPORT.length)
  edits.replace(exported.start, exported.start + EXPORT.length, ENDED)
  edits.replace(second, second + DEFAULT.length, ' '.repeat(DEFAULT.length))
  const isNamed = /^(?:Function|Class)Declaration$/.test(declaration.type) && isNode(declaration.id)
  if (isNamed) {
    statements[index] = declaration
    const name = (declaration.id as SyntaxNode).name as string
    return callableFunctions(statements).has(name) ? `${name}()` : name
  }
  const type = declaration.type.replace(/Declaration$/, 'Expression')
  statements[index] = {
    type: 'ExpressionStatement',
    start: exported.start,
    end: exported.end,
    expression: Object.assign(declaration, { type }),
  }
  const { before, after, end } = holderOf(statements, index, mode)
  edits.wrap(declaration.start, declaration.end, before, after)
  return end
}

/**
 * The texts around an exported expression, and at the end of its program.
 *
 * In parentheses an object is not a block, and a function wants no name. The semicolon keeps a
 * function from being called by the parentheses of the next line.
 */
function holderOf(
  statements: readonly SyntaxNode[],
  index: number,
  mode: 'program' | 'session',
): { before: string; after: string; end?: string } {
  const value = (statements[index] as SyntaxNode).expression as SyntaxNode
  if (value.type === 'Identifier' && callableFunctions(statements).has(value.name as string)) {
    return { before: '(', after: ');', end: `${value.name}()` }
  }
  const isAlone = statements.filter(isStatement).length === 1
  const isCalled = !isAlone && isFunction(value) && isCallable(value)
  const isLast = statements.slice(index + 1).every(({ type }) => WITHOUT_VALUE.has(type))
  if (isLast && !isCalled) return { before: '(', after: ');' }
  if (mode === 'session') {
    // A name would stay in the session.
    const call = isCalled ? `${RETURNED}(${RETURNED}()());` : ''
    return { before: `${RETURNED}((`, after: '));', end: `${call}throw ${EXIT}` }
  }
  // The comma keeps a function from getting the name.
  const end = isCalled ? `${EXPORTED}()` : EXPORTED
  return { before: `const ${EXPORTED}=(0,`, after: ');', end }
}

/** Statements that leave the value of a script as it is. */
const WITHOUT_VALUE = new Set([
  'ClassDeclaration',
  'EmptyStatement',
  'FunctionDeclaration',
  'VariableDeclaration',
])

/** What a program that consists of declarations is for. */
export type Entry =
  /** A function that is the whole program. */
  | { readonly kind: 'expression'; readonly fn: SyntaxNode }
  /** An expression to put after a statement, which gives the result; in a session also statements. */
  | { readonly kind: 'statement'; readonly after: SyntaxNode; readonly text: string }

/**
 * Finds the function or the value that a program consists of.
 *
 * @param exported see {@link takeDefaultExport}
 * @param mode in a session only `main` is called of the functions that have a name: the others are
 *   for the programs that follow
 */
export function entryOf(
  program: SyntaxNode,
  exported: string | undefined,
  mode: 'program' | 'session',
): Entry | undefined {
  const statements = (program.body as SyntaxNode[]).filter(isStatement)
  const last = statements.at(-1)
  if (last === undefined) return undefined
  if (exported !== undefined) {
    const isReturn = last.type === 'ReturnStatement'
    return isReturn ? undefined : { kind: 'statement', after: last, text: exported }
  }
  if (statements.length === 1 && last.type === 'ExpressionStatement') {
    const fn = last.expression as SyntaxNode
    return isFunction(fn) && isCallable(fn) ? { kind: 'expression', fn } : undefined
  }
  if (!statements.every(isDeclaration)) return undefined
  const named = callableFunctions(statements)
  if (named.size === 0) return undefined
  const uses = countNames(program)
  const unused = [...named].filter(name => uses.get(name) === 1)
  const [name] = mode === 'program' ? unused : unused.filter(one => one === MAIN)
  if (name === undefined || (mode === 'program' && unused.length > 1)) return undefined
  return { kind: 'statement', after: last, text: `${name}()` }
}

const isStatement = ({ type, directive }: SyntaxNode): boolean =>
  type !== 'EmptyStatement' && typeof directive !== 'string'

const isDeclaration = ({ type }: SyntaxNode): boolean =>
  type.endsWith('Declaration') || type.startsWith('TS')

/** Whether a function can be called without knowing what it wants. */
const isCallable = (fn: SyntaxNode): boolean =>
  !fn.generator && (fn.params as SyntaxNode[]).length === 0

/** Names of the functions without parameters that statements declare. */
function callableFunctions(statements: readonly SyntaxNode[]): Set<string> {
  const names = new Set<string>()
  const add = (id: unknown, fn: unknown) => {
    if (!isNode(id) || id.type !== 'Identifier' || !isNode(fn)) return
    if (isFunction(fn) && isCallable(fn)) names.add(id.name as string)
  }
  for (const statement of statements) {
    if (statement.type === 'FunctionDeclaration') add(statement.id, statement)
    if (statement.type !== 'VariableDeclaration') continue
    for (const { id, init } of statement.declarations as SyntaxNode[]) add(id, init)
  }
  return names
}

/** How often each name stands in a program, where it is declared included. */
function countNames(program: SyntaxNode): Map<string, number> {
  const counts = new Map<string, number>()
  const open = [program]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'Identifier') {
      const name = node.name as string
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    forEachChild(node, child => {
      open.push(child)
    })
  }
  return counts
}
