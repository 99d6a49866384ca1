import { standardGlobals } from '../../../protocol/tool/reserved-names.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Bindings } from './bindings.ts'
import { methodOf } from './calls.ts'
import type { KnownFunctions } from './known-functions.ts'

/** Names that are methods of built-in objects and hardly those of tools. */
const BUILT_IN_METHODS = new Set(
  [Array, String, Number, Date, RegExp].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype),
  ),
)
for (const name of ['search', 'find', 'match', 'test', 'exec']) BUILT_IN_METHODS.delete(name)

/** Methods whose result may be an array of promises. */
const LISTS = new Set(['map', 'flatMap', 'from', 'slice', 'concat', 'reverse', 'toReversed'])

/**
 * Separates calls that may return a promise from those that certainly do not, so that ordinary
 * functions stay as they are.
 */
export class PossibleTools {
  readonly #bindings: Bindings
  readonly #functions: KnownFunctions
  readonly #resultsOf: (fn: SyntaxNode) => readonly SyntaxNode[]
  readonly #known = new Map<SyntaxNode, boolean>()

  /** @param resultsOf the expressions whose value may be the result of a function */
  constructor(
    bindings: Bindings,
    functions: KnownFunctions,
    resultsOf: (fn: SyntaxNode) => readonly SyntaxNode[],
  ) {
    this.#bindings = bindings
    this.#functions = functions
    this.#resultsOf = resultsOf
  }

  /** Whether a callee may be a tool, or a function that returns the call of one. */
  has(callee: SyntaxNode): boolean {
    const known = this.#functions.of(callee)
    return known ? this.#hasFunction(known) : !this.isBuiltIn(callee)
  }

  /** Whether a callee is a function of the language, such as `JSON.parse` and `text.trim`. */
  isBuiltIn(callee: SyntaxNode): boolean {
    if (callee.type === 'Identifier') return !this.#isOurs(callee)
    if (callee.type !== 'MemberExpression') return false
    const { object, property } = callee
    if (!isNode(object) || !isNode(property)) return false
    if (object.type === 'Identifier' && !this.#isOurs(object)) return true
    return callee.computed !== true && BUILT_IN_METHODS.has(String(property.name))
  }

  /** Whether a name stands for something other than a standard global. */
  #isOurs(identifier: SyntaxNode): boolean {
    const isStandard = standardGlobals.has(String(identifier.name)) && identifier.name !== 'tools'
    return !isStandard || this.#bindings.variableOf(identifier) !== undefined
  }

  #hasFunction(fn: SyntaxNode): boolean {
    const known = this.#known.get(fn)
    if (known !== undefined) return known
    // A function that only calls itself calls no tool.
    this.#known.set(fn, false)
    const has = fn.async === true || this.#resultsOf(fn).some(result => this.#mayBePromise(result))
    this.#known.set(fn, has)
    return has
  }

  #mayBePromise(result: SyntaxNode): boolean {
    if (result.type === 'Identifier' || result.type === 'ArrayExpression') return true
    if (result.type !== 'CallExpression') return false
    return LISTS.has(methodOf(result)?.name ?? '') || this.has(result.callee as SyntaxNode)
  }
}
