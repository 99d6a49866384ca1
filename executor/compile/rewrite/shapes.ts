/**
 * Programs that are written as a module or as one function, as other systems want them: the value
 * of `export default` is the result, and a function that nothing else calls is called.
 */

import { forEachChild, isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from './edits.ts'

const EXPORT = 'export'
const DEFAULT = 'default'

/**
 * The text in place of a word of `export default`: a statement of its own, so that no line is
 * continued.
 */
const ENDED = ';'.padEnd(EXPORT.length)

/** The function that is called of a session's program. */
const MAIN = 'main'

/**
 * Takes `export default` away, from the text and from the tree.
 *
 * @returns the name whose value the program exports, if it has one
 */
export function takeDefaultExport(
  text: string,
  program: SyntaxNode,
  edits: Edits,
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
    return (declaration.id as SyntaxNode).name as string
  }
  // Otherwise an object would be a block, and a function would want a name.
  edits.wrap(declaration.start, declaration.end, '(', ')')
  const type = declaration.type.replace(/Declaration$/, 'Expression')
  statements[index] = {
    type: 'ExpressionStatement',
    start: exported.start,
    end: exported.end,
    expression: Object.assign(declaration, { type }),
  }
  return declaration.type === 'Identifier' ? (declaration.name as string) : undefined
}

/** What a program that consists of declarations is for. */
export type Entry =
  /** A function that is the whole program. */
  | { readonly kind: 'expression'; readonly fn: SyntaxNode }
  /** A text to put after a statement, which returns the result. */
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
  const named = callableFunctions(statements)
  if (exported !== undefined) {
    const call = named.has(exported) ? '()' : ''
    return { kind: 'statement', after: last, text: `;${exported}${call}` }
  }
  if (statements.length === 1 && last.type === 'ExpressionStatement') {
    const fn = last.expression as SyntaxNode
    return isFunction(fn) && isCallable(fn) ? { kind: 'expression', fn } : undefined
  }
  if (!statements.every(isDeclaration)) return undefined
  if (named.size === 0) return undefined
  const uses = countNames(program)
  const unused = [...named].filter(name => uses.get(name) === 1)
  const [name] = mode === 'program' ? unused : unused.filter(one => one === MAIN)
  if (name === undefined || (mode === 'program' && unused.length > 1)) return undefined
  return { kind: 'statement', after: last, text: `;${name}()` }
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
