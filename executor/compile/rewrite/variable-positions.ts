import type { Reference, Variable } from 'eslint-scope'
import type { ParentMap } from '../parse/parent-map.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Bindings } from './bindings.ts'
import { argumentsOf, methodOf } from './calls.ts'
import type { KnownFunctions } from './known-functions.ts'
import { both, EITHER, NEITHER, type Position, throughCall, type Wanted } from './position.ts'

/** What all uses of a variable or of a parameter agree on. */
export class VariablePositions {
  readonly #parentMap: ParentMap
  readonly #bindings: Bindings
  readonly #functions: KnownFunctions
  readonly #positionOf: (node: SyntaxNode) => Position
  readonly #known = new Map<Variable, Position>()

  /** @param positionOf what the place of an expression asks for */
  constructor(
    parentMap: ParentMap,
    bindings: Bindings,
    functions: KnownFunctions,
    positionOf: (node: SyntaxNode) => Position,
  ) {
    this.#parentMap = parentMap
    this.#bindings = bindings
    this.#functions = functions
    this.#positionOf = positionOf
  }

  /** What every use of a variable agrees on. */
  of(variable: Variable): Position {
    const known = this.#known.get(variable)
    if (known) return known
    // A use that depends on the variable itself does not count as a promise position.
    this.#known.set(variable, NEITHER)
    const position = this.#ofUses(variable)
    this.#known.set(variable, position)
    return position
  }

  /** As {@link of}, for the name in a declaration, a parameter list or an assignment. */
  ofTarget(target: unknown): Position {
    const name = isNode(target) && target.type === 'AssignmentPattern' ? target.left : target
    if (!isNode(name) || name.type !== 'Identifier') return NEITHER
    const variable = this.#bindings.variableOf(name) ?? this.#bindings.declaredAt(name)
    return variable ? this.of(variable) : NEITHER
  }

  /** The position of an argument in the function that the call certainly reaches. */
  ofParameter(call: SyntaxNode, argument: SyntaxNode): Position {
    const fn = this.#functions.of(call.callee as SyntaxNode)
    const args = argumentsOf(call)
    const index = args.indexOf(argument)
    if (!fn || args.slice(0, index).some(({ type }) => type === 'SpreadElement')) return NEITHER
    if (this.#bindings.usesArguments(fn)) return NEITHER
    const parameters = fn.params as SyntaxNode[]
    const last = parameters.at(-1)
    if (last?.type === 'RestElement' && index >= parameters.length - 1) {
      const { array } = this.ofTarget(last.argument)
      return this.#throughCall({ promise: array, array: false }, fn, call)
    }
    return this.#throughCall(this.ofTarget(parameters[index]), fn, call)
  }

  #throughCall(position: Position, fn: SyntaxNode, call: SyntaxNode): Position {
    return throughCall(position, fn, () => this.#positionOf(call))
  }

  /** Whether promises are wanted in the array that a call pushes to, as in `list.push(…)`. */
  pushedTo(call: SyntaxNode): Wanted {
    const object = methodOf(call)?.object
    if (object?.type !== 'Identifier' || !this.#isPushed(object)) return false
    const variable = this.#bindings.variableOf(object)
    return variable !== undefined && this.of(variable).array
  }

  /** Whether a callee is the `resolve` of `new Promise(resolve => …)`. */
  isResolve(callee: SyntaxNode): boolean {
    if (callee.type !== 'Identifier') return false
    const variable = this.#bindings.variableOf(callee)
    const [definition] = variable?.defs ?? []
    if (definition?.type !== 'Parameter' || variable?.defs.length !== 1) return false
    const fn = definition.node as unknown as SyntaxNode
    const [first] = fn.params as SyntaxNode[]
    const made = this.#parentMap.parentOf(fn)
    if (made?.type !== 'NewExpression' || argumentsOf(made)[0] !== fn) return false
    const isFirst = isNode(first) && first.type === 'Identifier' && first.name === variable.name
    return isFirst && this.#functions.isGlobal(made.callee as SyntaxNode, 'Promise')
  }

  #ofUses(variable: Variable): Position {
    if (!isPlain(variable)) return NEITHER
    const uses = variable.references.filter(reference => !reference.init)
    if (!uses.some(reference => reference.isRead())) return NEITHER
    const isList = uses.length > 0 && holdsList(variable)
    let position = EITHER
    for (const reference of uses) {
      position = both(position, this.#ofUse(reference, isList))
      if (position.promise === false && position.array === false) break
    }
    return position
  }

  #ofUse(reference: Reference, isList: boolean): Position {
    const use = reference.identifier as unknown as SyntaxNode
    if (!reference.isWrite()) {
      return isList && this.#isPushed(use) ? { promise: false, array: true } : this.#positionOf(use)
    }
    const parent = this.#parentMap.parentOf(use)
    const isPlainWrite =
      parent?.type === 'AssignmentExpression' && parent.left === use && parent.operator === '='
    return isPlainWrite ? EITHER : NEITHER
  }

  /** `ps` in `ps.push(…)` as a statement, or as all that a callback of `forEach` does. */
  #isPushed(list: SyntaxNode): boolean {
    const member = this.#parentMap.parentOf(list)
    const call = member && this.#parentMap.parentOf(member)
    if (call?.type !== 'CallExpression' || call.callee !== member) return false
    if (methodOf(call)?.name !== 'push' || methodOf(call)?.object !== list) return false
    const parent = this.#parentMap.parentOf(call)
    if (parent?.type === 'ExpressionStatement') return true
    if (parent?.type !== 'ArrowFunctionExpression') return false
    const loop = this.#parentMap.parentOf(parent)
    return loop?.type === 'CallExpression' && methodOf(loop)?.name === 'forEach'
  }
}

/**
 * Whether a variable is declared once, by a name alone. Then every value that is written to it is
 * seen.
 */
function isPlain({ defs, name }: Variable): boolean {
  const [definition, ...others] = defs
  if (definition === undefined || others.length > 0) return false
  const node = definition.node as unknown as SyntaxNode
  if (definition.type === 'Variable') {
    return isNode(node.id) && (node.id.type === 'Identifier' || holdsElement(node.id, name))
  }
  if (definition.type !== 'Parameter') return false
  return (node.params as SyntaxNode[]).some(parameter => nameOf(parameter) === name)
}

/** Whether an array pattern has a name as one of its elements. */
const holdsElement = (pattern: SyntaxNode, name: string): boolean =>
  pattern.type === 'ArrayPattern' &&
  (pattern.elements as (SyntaxNode | null)[]).some(
    element => element?.type === 'Identifier' && element.name === name,
  )

function nameOf(parameter: SyntaxNode): unknown {
  const inner = parameter.left ?? parameter.argument ?? parameter
  return isNode(inner) && inner.type === 'Identifier' ? inner.name : undefined
}

function holdsList({ defs }: Variable): boolean {
  const init = (defs[0]?.node as unknown as SyntaxNode | undefined)?.init
  return isNode(init) && init.type === 'ArrayExpression'
}
