import { Refusal, TOO_DEEP } from './source-error.ts'
import { forEachChild, isFunction, type SyntaxNode } from './syntax-node.ts'

/** The surroundings of a place in the source, up to its function. */
export interface Surroundings {
  /** Absent at the top level, and in class fields and static blocks. */
  readonly fn?: SyntaxNode
  /** Whether a promise that is made here can be awaited here: async functions and the top level. */
  readonly isAsync: boolean
  /** Whether a `try` of this same function is around it. */
  readonly isInTry: boolean
}

/** The parent of each node, and every call and return of a source. */
export interface ParentMap {
  readonly calls: readonly SyntaxNode[]
  /** `return` statements and async arrow functions whose body is an expression. */
  readonly returns: readonly SyntaxNode[]
  parentOf(node: SyntaxNode): SyntaxNode | undefined
  /** Of calls and `return` statements. */
  surroundingsOf(node: SyntaxNode): Surroundings
}

/** Scope analysis hands each unresolved name to each scope around it: names × depth. */
const MAX_NAMES_TIMES_DEPTH = 20_000_000

const SCOPES = new Set(['BlockStatement', 'ForStatement', 'ForOfStatement', 'ForInStatement'])

/** @throws {Refusal} when scope analysis of the source would take too long */
export function parentMapOf(program: SyntaxNode): ParentMap {
  const parents = new Map<SyntaxNode, SyntaxNode>()
  const surroundings = new Map<SyntaxNode, Surroundings>()
  const calls: SyntaxNode[] = []
  const returns: SyntaxNode[] = []
  let cost = 0

  const visit = (node: SyntaxNode, around: Surroundings, depth: number) => {
    switch (node.type) {
      case 'Identifier':
        cost += depth
        if (cost > MAX_NAMES_TIMES_DEPTH) {
          throw new Refusal(node.start, TOO_DEEP)
        }
        return
      case 'CallExpression':
        calls.push(node)
        surroundings.set(node, around)
        break
      case 'ReturnStatement':
        returns.push(node)
        surroundings.set(node, around)
        break
      case 'ArrowFunctionExpression':
        if (node.async && node.expression) returns.push(node)
        break
    }
    forEachChild(node, (child, key) => {
      parents.set(child, node)
      visit(child, inside(node, key, around), depth + (SCOPES.has(node.type) ? 1 : 0))
    })
  }
  visit(program, { isAsync: true, isInTry: false }, 1)
  return {
    calls,
    returns,
    parentOf: node => parents.get(node),
    surroundingsOf: node => surroundings.get(node) ?? { isAsync: false, isInTry: false },
  }
}

function inside(node: SyntaxNode, key: string, around: Surroundings): Surroundings {
  if (isFunction(node)) return { fn: node, isAsync: node.async === true, isInTry: false }
  if (node.type === 'StaticBlock' || (node.type === 'PropertyDefinition' && key === 'value')) {
    return { isAsync: false, isInTry: false }
  }
  if (node.type === 'TryStatement' && !around.isInTry) return { ...around, isInTry: true }
  return around
}
