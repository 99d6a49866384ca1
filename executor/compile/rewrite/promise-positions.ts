import type { ParentMap } from '../parse/parent-map.ts'
import { isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Bindings } from './bindings.ts'
import { argumentsOf, continuationOf, isElementCallback, methodOf } from './calls.ts'
import type { KnownFunctions } from './known-functions.ts'
import { ARRAY, both, NEITHER, type Position, PROMISE, resultOf } from './position.ts'
import { VariablePositions } from './variable-positions.ts'

const COMBINATORS = new Set(['all', 'allSettled', 'any', 'race'])
/** Those of them that look at each outcome. */
const OUTCOMES = new Set(['allSettled', 'any', 'race'])
const RESOLVE = new Set(['resolve'])
const TRY = new Set(['try'])
const FROM = new Set(['from'])
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']

/** Methods that return a part of an array as it is. */
const PARTS = new Set(['slice', 'concat', 'reverse', 'toReversed'])

/** Finds the places where a source visibly uses a promise. */
export class PromisePositions {
  readonly #parentMap: ParentMap
  readonly #bindings: Bindings
  readonly #functions: KnownFunctions
  readonly #variables: VariablePositions
  readonly #known = new Map<SyntaxNode, Position>()

  constructor(parentMap: ParentMap, bindings: Bindings, functions: KnownFunctions) {
    this.#parentMap = parentMap
    this.#bindings = bindings
    this.#functions = functions
    this.#variables = new VariablePositions(parentMap, bindings, functions, node => this.of(node))
  }

  /** The position of an expression, by its place. */
  of(node: SyntaxNode): Position {
    let position = this.#known.get(node)
    if (!position) {
      position = this.#find(node)
      this.#known.set(node, position)
    }
    return position
  }

  /**
   * The function among a call's arguments whose results are wanted as promises, and in which form.
   */
  callbackOf(call: SyntaxNode): { callback: SyntaxNode; position: Position } | undefined {
    const index = this.#callbackIndex(call)
    const callback = index === undefined ? undefined : argumentsOf(call)[index]
    if (callback) {
      const { array } = this.of(call)
      if (array === false) return undefined
      const isFlat = methodOf(call)?.name === 'flatMap'
      return { callback, position: { promise: array, array: isFlat && array } }
    }
    if (!this.#functions.isGlobalMethod(call, 'Promise', TRY)) return undefined
    const [tried] = argumentsOf(call)
    return tried && { callback: tried, position: PROMISE }
  }

  /** Whether an identifier is a variable that holds a promise where its value would do. */
  isPromise(identifier: SyntaxNode): boolean {
    const variable = this.#bindings.variableOf(identifier)
    return variable !== undefined && this.#variables.of(variable).promise !== false
  }

  /** `Promise.all(…)` and `….then(…)`, which are never tools. */
  isOfPromises(call: SyntaxNode): boolean {
    const method = methodOf(call)
    return (
      continuationOf(call) !== undefined ||
      (method !== undefined && this.#functions.isGlobal(method.object, 'Promise'))
    )
  }

  /** Whether an error of a call is awaited where it stands: by `catch`, or as one of several. */
  isCaught(call: SyntaxNode): boolean {
    const parent = this.#parentMap.parentOf(call)
    const around = parent && this.#parentMap.parentOf(parent)
    if (parent?.type === 'MemberExpression' && around?.type === 'CallExpression') {
      return parent.object === call && around.callee === parent && !!continuationOf(around)
    }
    return (
      parent?.type === 'ArrayExpression' &&
      around?.type === 'CallExpression' &&
      this.#functions.isGlobalMethod(around, 'Promise', OUTCOMES)
    )
  }

  #find(node: SyntaxNode): Position {
    const parent = this.#parentMap.parentOf(node)
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
        return this.#ofElement(parent, node)
      case 'SpreadElement':
        return this.#ofSpread(parent)
      case 'CallExpression':
        return node === parent.callee ? NEITHER : this.#ofArgument(parent, node)
      case 'MemberExpression':
        return node === parent.object ? this.#ofOwner(parent) : NEITHER
      case 'ReturnStatement':
        return this.#ofResult(this.#parentMap.surroundingsOf(parent).fn)
      case 'ArrowFunctionExpression':
        return node === parent.body ? this.#ofResult(parent) : NEITHER
      case 'YieldExpression':
        return this.#isAsyncYield(parent) ? PROMISE : NEITHER
      case 'VariableDeclarator':
        return node === parent.init ? this.#variables.ofTarget(parent.id) : NEITHER
      case 'AssignmentPattern':
        return node === parent.right ? this.#variables.ofTarget(parent.left) : NEITHER
      case 'AssignmentExpression':
        return this.#ofAssigned(parent, node)
      case 'ForOfStatement':
        return node === parent.right ? this.#ofIterated(parent) : NEITHER
      default:
        return NEITHER
    }
  }

  #ofElement(list: SyntaxNode, element: SyntaxNode): Position {
    const holder = this.#parentMap.parentOf(list)
    const pattern = holder?.type === 'VariableDeclarator' && holder.init === list && holder.id
    if (isNode(pattern) && pattern.type === 'ArrayPattern') {
      const index = (list.elements as (SyntaxNode | null)[]).indexOf(element)
      const before = (list.elements as (SyntaxNode | null)[]).slice(0, index)
      if (before.some(one => one?.type === 'SpreadElement')) return NEITHER
      return this.#variables.ofTarget((pattern.elements as unknown[])[index])
    }
    return { promise: this.of(list).array, array: false }
  }

  #ofSpread(spread: SyntaxNode): Position {
    const list = this.#parentMap.parentOf(spread)
    if (list?.type === 'ArrayExpression') return { promise: false, array: this.of(list).array }
    if (list?.type !== 'CallExpression') return NEITHER
    return { promise: false, array: this.#variables.pushedTo(list) }
  }

  #ofArgument(call: SyntaxNode, argument: SyntaxNode): Position {
    const pushed = this.#variables.pushedTo(call)
    if (pushed !== false) return { promise: pushed, array: false }
    if (argument === argumentsOf(call)[0]) {
      if (this.#functions.isGlobalMethod(call, 'Promise', COMBINATORS)) return ARRAY
      if (this.#functions.isGlobalMethod(call, 'Promise', RESOLVE)) return PROMISE
      if (this.#variables.isResolve(call.callee as SyntaxNode)) return PROMISE
    }
    return this.#variables.ofParameter(call, argument)
  }

  /** The position of `x` in `x.name` and `x[key]`. */
  #ofOwner(member: SyntaxNode): Position {
    const call = this.#parentMap.parentOf(member)
    const isCalled = call?.type === 'CallExpression' && call.callee === member
    const name = member.computed ? undefined : String((member.property as SyntaxNode).name)
    if (!isCalled) {
      if (name === 'length') return ARRAY
      return { promise: false, array: member.computed ? this.of(member).promise : false }
    }
    if (continuationOf(call)) return PROMISE
    const method = methodOf(call)
    if (method === undefined) return NEITHER
    if (PARTS.has(method.name)) return { promise: false, array: this.of(call).array }
    const [callback] = argumentsOf(call)
    if (callback === undefined || !isFunction(callback) || !isElementCallback(call, callback)) {
      return NEITHER
    }
    if (method.name !== 'map' && method.name !== 'forEach' && method.name !== 'flatMap') {
      return NEITHER
    }
    const [element] = callback.params as SyntaxNode[]
    return { promise: false, array: this.#variables.ofTarget(element).promise }
  }

  /** The position of a function's result. */
  #ofResult(fn: SyntaxNode | undefined): Position {
    if (!fn) return NEITHER
    if (fn.async) return PROMISE
    const parent = this.#parentMap.parentOf(fn)
    if (fn.generator || !parent || isAccessor(parent)) return NEITHER
    const isArgument = argumentsOf(parent)?.includes(fn) && parent.callee !== fn
    if (!isArgument) return resultOf(fn)
    if (parent.type === 'NewExpression') {
      return this.#functions.isGlobal(parent.callee as SyntaxNode, 'Promise')
        ? NEITHER
        : resultOf(fn)
    }
    const wanted = this.callbackOf(parent)
    if (wanted?.callback === fn) return wanted.position
    if (continuationOf(parent)) return PROMISE
    if (isElementCallback(parent, fn) || this.#callbackIndex(parent) !== undefined) return NEITHER
    const isTimer = TIMERS.some(name => this.#functions.isGlobal(parent.callee as SyntaxNode, name))
    return isTimer ? NEITHER : resultOf(fn)
  }

  #ofAssigned(assignment: SyntaxNode, value: SyntaxNode): Position {
    if (assignment.operator !== '=' || assignment.right !== value) return NEITHER
    const target = assignment.left as SyntaxNode
    if (target.type !== 'Identifier') return NEITHER
    const position = this.#variables.ofTarget(target)
    const isStatement = this.#parentMap.parentOf(assignment)?.type === 'ExpressionStatement'
    return isStatement ? position : both(position, this.of(assignment))
  }

  #ofIterated(loop: SyntaxNode): Position {
    if (loop.await) return ARRAY
    const { left } = loop
    if (!isNode(left) || left.type !== 'VariableDeclaration') return NEITHER
    const [declarator] = left.declarations as SyntaxNode[]
    return { promise: false, array: this.#variables.ofTarget(declarator?.id).promise }
  }

  #isAsyncYield(node: SyntaxNode): boolean {
    if (node.delegate) return false
    let around = this.#parentMap.parentOf(node)
    while (around && !isFunction(around)) around = this.#parentMap.parentOf(around)
    return around?.async === true
  }

  #callbackIndex(call: SyntaxNode): number | undefined {
    if (call.type !== 'CallExpression') return undefined
    const method = methodOf(call)
    if (method?.name === 'map' || method?.name === 'flatMap') return 0
    return this.#functions.isGlobalMethod(call, 'Array', FROM) ? 1 : undefined
  }
}

/** A getter, a setter or a constructor. None of these is called by its name. */
const isAccessor = ({ type, kind }: SyntaxNode): boolean =>
  (type === 'MethodDefinition' || type === 'Property') &&
  (kind === 'get' || kind === 'set' || kind === 'constructor')
