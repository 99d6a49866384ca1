import type { Variable } from 'eslint-scope'
import type { ParentMap } from '../parse/parent-map.ts'
import { isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import type { Bindings } from './bindings.ts'
import { methodOf } from './calls.ts'

/** Finds the functions that calls of a source certainly reach. */
export class KnownFunctions {
  readonly #parentMap: ParentMap
  readonly #bindings: Bindings

  constructor(parentMap: ParentMap, bindings: Bindings) {
    this.#parentMap = parentMap
    this.#bindings = bindings
  }

  /** The function of a callee, when it can be no other one. */
  of(callee: SyntaxNode): SyntaxNode | undefined {
    if (isFunction(callee)) return callee
    if (callee.type === 'Identifier') {
      const variable = this.#bindings.variableOf(callee)
      return variable && this.ofVariable(variable)
    }
    if (callee.type !== 'MemberExpression' || callee.computed) return undefined
    const { object, property } = callee
    if (!isNode(object) || object.type !== 'Identifier' || !isNode(property)) return undefined
    const variable = this.#bindings.variableOf(object)
    return variable && this.#ofMember(variable, String(property.name))
  }

  /** The function that a variable holds for ever. */
  ofVariable(variable: Variable): SyntaxNode | undefined {
    const value = this.#valueOf(variable)
    return value && isFunction(value) ? value : undefined
  }

  /** The only value that a variable ever gets. */
  #valueOf({ defs, references }: Variable): SyntaxNode | undefined {
    const [definition, ...others] = defs
    if (definition === undefined || others.length > 0) return undefined
    if (references.some(reference => reference.isWrite() && !reference.init)) return undefined
    const node = definition.node as unknown as SyntaxNode
    if (definition.type === 'FunctionName') return node
    if (definition.type !== 'Variable' || !isNode(node.id) || node.id.type !== 'Identifier') {
      return undefined
    }
    return isNode(node.init) ? node.init : undefined
  }

  /** A method of an object that is only ever read by name. */
  #ofMember(variable: Variable, name: string): SyntaxNode | undefined {
    const value = this.#valueOf(variable)
    if (value?.type !== 'ObjectExpression') return undefined
    const isRead = variable.references.every(
      ({ identifier, init }) => init || this.#isRead(identifier as unknown as SyntaxNode),
    )
    if (!isRead) return undefined
    let found: SyntaxNode | undefined
    for (const property of value.properties as SyntaxNode[]) {
      // A spread or a computed key may bring any name.
      if (property.type !== 'Property' || property.computed) return undefined
      const key = property.key as SyntaxNode
      if (String(key.name ?? key.value) === name) found = property.value as SyntaxNode
    }
    return found && isFunction(found) ? found : undefined
  }

  /** `o` in `o.name` where nothing is assigned to it. */
  #isRead(object: SyntaxNode): boolean {
    const member = this.#parentMap.parentOf(object)
    if (member?.type !== 'MemberExpression' || member.object !== object) return false
    const parent = this.#parentMap.parentOf(member)
    if (parent?.type === 'AssignmentExpression' && parent.left === member) return false
    if (parent?.type === 'UpdateExpression') return false
    return parent?.type !== 'UnaryExpression' || parent.operator !== 'delete'
  }

  /** Whether `object.name(…)` is a method of a global that the source does not declare. */
  isGlobalMethod(call: SyntaxNode, object: string, names: ReadonlySet<string>): boolean {
    const method = methodOf(call)
    if (!method || !names.has(method.name) || method.object.type !== 'Identifier') return false
    return method.object.name === object && !this.#bindings.variableOf(method.object)
  }

  /** Whether an expression names a global that the source does not declare. */
  isGlobal(node: SyntaxNode, name: string): boolean {
    return node.type === 'Identifier' && node.name === name && !this.#bindings.variableOf(node)
  }
}
