import type { Variable } from 'eslint-scope'
import type { Bindings } from './bindings.ts'
import type { Lineage } from './lineage.ts'
import { isFunction, isNode, type SyntaxNode } from './syntax-node.ts'

/** Whether a promise, or an array of promises, is as good at a place of the source as its value. */
export interface Position {
  readonly promise: boolean
  readonly array: boolean
}

const NEITHER: Position = { promise: false, array: false }
const PROMISE: Position = { promise: true, array: false }
const ARRAY: Position = { promise: false, array: true }
const EITHER: Position = { promise: true, array: true }

const both = (a: Position, b: Position): Position => ({
  promise: a.promise && b.promise,
  array: a.array && b.array,
})

const COMBINATORS = new Set(['all', 'allSettled', 'any', 'race'])
const CONTINUATIONS = new Set(['then', 'catch', 'finally'])

/** Finds the places where a source visibly uses a promise (contract §2, concurrency). */
export class PromisePositions {
  readonly #lineage: Lineage
  readonly #bindings: Bindings
  readonly #known = new Map<SyntaxNode, Position>()
  readonly #variables = new Map<Variable, Position>()

  constructor(lineage: Lineage, bindings: Bindings) {
    this.#lineage = lineage
    this.#bindings = bindings
  }

  /** What the place of an expression asks for. */
  of(node: SyntaxNode): Position {
    let position = this.#known.get(node)
    if (!position) {
      position = this.#find(node)
      this.#known.set(node, position)
    }
    return position
  }

  /** The callback of `map`, `flatMap` or `Array.from` whose results become an array of promises. */
  callbackOf(call: SyntaxNode): SyntaxNode | undefined {
    const index = this.#callbackIndex(call)
    const callback = index === undefined ? undefined : argumentsOf(call)[index]
    return callback && this.of(call).array ? callback : undefined
  }

  /** Whether an identifier is a `const` that holds a promise where its value would do. */
  isPromise(identifier: SyntaxNode): boolean {
    const variable = this.#bindings.variableOf(identifier)
    return variable !== undefined && this.#ofVariable(variable).promise
  }

  /** `Promise.all(…)` and `….then(…)`, which are never tools. */
  isOfPromises(call: SyntaxNode): boolean {
    const name = methodOf(call)?.name ?? ''
    return CONTINUATIONS.has(name) || this.#isGlobalMethod(call, 'Promise', COMBINATORS)
  }

  #find(node: SyntaxNode): Position {
    const parent = this.#lineage.parentOf(node)
    switch (parent?.type) {
      case 'AwaitExpression':
        return PROMISE
      case 'ConditionalExpression':
        return node === parent.test ? NEITHER : this.of(parent)
      case 'LogicalExpression':
        // The left side decides, so it is wanted as a value.
        return node === parent.right ? this.of(parent) : NEITHER
      case 'SequenceExpression':
        return node === (parent.expressions as SyntaxNode[]).at(-1) ? this.of(parent) : NEITHER
      case 'ChainExpression':
        return this.of(parent)
      case 'ArrayExpression':
        return this.of(parent).array ? PROMISE : NEITHER
      case 'SpreadElement':
        return this.#ofSpread(parent)
      case 'CallExpression':
        return node === parent.callee ? NEITHER : this.#ofArgument(parent, node)
      case 'MemberExpression':
        return this.#isContinued(parent, node) ? PROMISE : NEITHER
      case 'ReturnStatement':
        return this.#ofResult(this.#lineage.surroundingsOf(parent).fn)
      case 'ArrowFunctionExpression':
        return node === parent.body ? this.#ofResult(parent) : NEITHER
      case 'YieldExpression':
        return this.#isAsyncYield(parent) ? PROMISE : NEITHER
      case 'VariableDeclarator': {
        const variable = node === parent.init && this.#bindings.declaredBy(parent)
        return variable ? this.#ofVariable(variable) : NEITHER
      }
      case 'ForOfStatement':
        return node === parent.right ? this.#ofIterated(parent) : NEITHER
      default:
        return NEITHER
    }
  }

  #ofSpread(spread: SyntaxNode): Position {
    const list = this.#lineage.parentOf(spread)
    if (list?.type === 'ArrayExpression') return this.of(list).array ? ARRAY : NEITHER
    return list?.type === 'CallExpression' && this.#isPush(list) ? ARRAY : NEITHER
  }

  #ofArgument(call: SyntaxNode, argument: SyntaxNode): Position {
    if (this.#isPush(call)) return PROMISE
    const isFirst = argument === argumentsOf(call)[0]
    return isFirst && this.#isGlobalMethod(call, 'Promise', COMBINATORS) ? ARRAY : NEITHER
  }

  /** What a function's result is wanted as. */
  #ofResult(fn: SyntaxNode | undefined): Position {
    if (!fn) return NEITHER
    if (fn.async) return PROMISE
    const call = this.#lineage.parentOf(fn)
    if (fn.generator || call?.type !== 'CallExpression' || this.callbackOf(call) !== fn) {
      return NEITHER
    }
    return methodOf(call)?.name === 'flatMap' ? EITHER : PROMISE
  }

  #ofIterated(loop: SyntaxNode): Position {
    if (loop.await) return ARRAY
    const { left } = loop
    if (!isNode(left) || left.type !== 'VariableDeclaration') return NEITHER
    const [declarator] = left.declarations as SyntaxNode[]
    const variable = declarator && this.#bindings.declaredBy(declarator)
    return variable && this.#ofVariable(variable).promise ? ARRAY : NEITHER
  }

  /** What every use of a `const` agrees on. */
  #ofVariable(variable: Variable): Position {
    const known = this.#variables.get(variable)
    if (known) return known
    // A use that depends on the variable itself does not count as a promise position.
    this.#variables.set(variable, NEITHER)
    const position = this.#ofUses(variable)
    this.#variables.set(variable, position)
    return position
  }

  #ofUses(variable: Variable): Position {
    const [definition, ...others] = variable.defs
    const declarator = definition?.node as SyntaxNode | undefined
    const isConst = definition?.type === 'Variable' && definition.parent?.kind === 'const'
    if (!isConst || others.length > 0 || !isNode(declarator?.id)) return NEITHER
    if (declarator.id.type !== 'Identifier') return NEITHER
    const isList = isNode(declarator.init) && declarator.init.type === 'ArrayExpression'
    const uses = variable.references.filter(reference => !reference.init)
    let position = uses.length > 0 ? EITHER : NEITHER
    for (const { identifier, writeExpr } of uses) {
      const use = identifier as unknown as SyntaxNode
      if (writeExpr) return NEITHER
      position = both(position, isList && this.#isPushed(use) ? ARRAY : this.of(use))
      if (!position.promise && !position.array) break
    }
    return position
  }

  /** `ps` in `ps.push(…)` as a statement, or as all that a callback of `forEach` does. */
  #isPushed(list: SyntaxNode): boolean {
    const member = this.#lineage.parentOf(list)
    const call = member && this.#lineage.parentOf(member)
    if (call?.type !== 'CallExpression' || call.callee !== member) return false
    if (methodOf(call)?.name !== 'push' || methodOf(call)?.object !== list) return false
    const parent = this.#lineage.parentOf(call)
    if (parent?.type === 'ExpressionStatement') return true
    if (parent?.type !== 'ArrowFunctionExpression') return false
    const loop = this.#lineage.parentOf(parent)
    return loop?.type === 'CallExpression' && methodOf(loop)?.name === 'forEach'
  }

  #isPush(call: SyntaxNode): boolean {
    const object = methodOf(call)?.object
    if (object?.type !== 'Identifier' || !this.#isPushed(object)) return false
    const variable = this.#bindings.variableOf(object)
    return variable !== undefined && this.#ofVariable(variable).array
  }

  #isContinued(member: SyntaxNode, object: SyntaxNode): boolean {
    const call = this.#lineage.parentOf(member)
    if (member.object !== object || call?.type !== 'CallExpression') return false
    return call.callee === member && CONTINUATIONS.has(methodOf(call)?.name ?? '')
  }

  #isAsyncYield(node: SyntaxNode): boolean {
    if (node.delegate) return false
    let around = this.#lineage.parentOf(node)
    while (around && !isFunction(around)) around = this.#lineage.parentOf(around)
    return around?.async === true
  }

  #callbackIndex(call: SyntaxNode): number | undefined {
    const method = methodOf(call)
    if (method?.name === 'map' || method?.name === 'flatMap') return 0
    return this.#isGlobalMethod(call, 'Array', FROM) ? 1 : undefined
  }

  #isGlobalMethod(call: SyntaxNode, object: string, names: ReadonlySet<string>): boolean {
    const method = methodOf(call)
    if (!method || !names.has(method.name) || method.object.type !== 'Identifier') return false
    return method.object.name === object && !this.#bindings.variableOf(method.object)
  }
}

const FROM = new Set(['from'])

const argumentsOf = (call: SyntaxNode): SyntaxNode[] => call.arguments as SyntaxNode[]

/** The receiver and name of a plain method call, `o.m(…)`. */
function methodOf(call: SyntaxNode): { object: SyntaxNode; name: string } | undefined {
  const { callee } = call
  if (!isNode(callee) || callee.type !== 'MemberExpression') return undefined
  const { object, property } = callee
  if (callee.computed || callee.optional || call.optional) return undefined
  if (!isNode(object) || !isNode(property) || property.type !== 'Identifier') return undefined
  return { object, name: property.name as string }
}
