import { isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import { skipClosing } from '../compile/parse/trivia.ts'
import { addNames } from '../compile/rewrite/top-level.ts'
import { lastName, propertyName, withoutWrapping } from './expression-text.ts'
import type { OperationKind, Scope } from './scope.ts'

const LOOP = /^(?:While|DoWhile|For|ForOf|ForIn)Statement$/

/** Keys under which an identifier is a name, and no variable that is read. */
const NAMING = new Set(['key', 'property', 'label', 'id', 'meta'])

/** Adds the steps of single nodes to their scope. */
export class StepReader {
  readonly #text: string
  readonly #scope: Scope

  /** @param text what was parsed */
  constructor(text: string, scope: Scope) {
    this.#text = text
    this.#scope = scope
  }

  /**
   * Adds the steps of a node itself, without the nodes in it.
   *
   * @param key under which its parent holds it
   * @param isTarget whether it is the target of a declaration or an assignment
   */
  read(node: SyntaxNode, parent: SyntaxNode | undefined, key: string, isTarget: boolean): void {
    if (LOOP.test(node.type)) this.#scope.loops.push(node)
    if (node.type === 'ReturnStatement') this.#scope.returns.push(node)
    switch (node.type) {
      case 'CallExpression':
        this.#call(node, node.callee as SyntaxNode)
        break
      case 'TaggedTemplateExpression':
        this.#call(node, node.tag as SyntaxNode)
        break
      case 'NewExpression':
        this.#add('construct', node, node.start, lastName(node.callee as SyntaxNode))
        break
      case 'MemberExpression':
        this.#member(node, parent, isTarget)
        break
      case 'Identifier':
        if (isTarget || (NAMING.has(key) && parent?.computed !== true)) break
        this.#scope.marks.push(node.start)
        this.#add('name', node, node.start, node.name as string)
        break
      case 'ThisExpression':
        this.#add('name', node, node.start, 'this')
        break
      case 'AssignmentExpression':
        this.#assign(node, node.left as SyntaxNode)
        break
      case 'UpdateExpression':
        this.#assign(node, node.argument as SyntaxNode)
        break
      case 'ObjectPattern':
        this.#destructure(node, parent)
        break
      case 'ArrayPattern':
        this.#takeApart(node, givenTo(node, parent))
        break
      case 'SpreadElement':
        this.#spread(node.argument as SyntaxNode, parent)
        break
      case 'YieldExpression':
        if (node.delegate === true) this.#iterate(node.argument as SyntaxNode)
        break
      case 'ForOfStatement':
        this.#iterate(node.right as SyntaxNode)
        break
      case 'BinaryExpression': {
        const left = node.left as SyntaxNode
        const at = skipClosing(this.#text, left.end)
        this.#add('operate', node, at, node.operator as string)
        break
      }
      case 'UnaryExpression':
        this.#add('operate', node, node.start, node.operator as string)
        break
      case 'TemplateLiteral':
        this.#add('operate', node, node.start)
        break
    }
  }

  #add(kind: OperationKind, node: SyntaxNode, at: number, name?: string): void {
    this.#scope.operations.push({ kind, node, at, end: node.end, name })
  }

  #call(node: SyntaxNode, callee: SyntaxNode): void {
    this.#add('call', node, this.#calleeAt(callee), lastName(callee))
  }

  #calleeAt(callee: SyntaxNode): number {
    const target = withoutWrapping(callee)
    if (target.type === 'MemberExpression') return (target.property as SyntaxNode).start
    // The callee has no name: V8 points to where its arguments begin.
    return lastName(target) === undefined ? skipClosing(this.#text, callee.end) : target.start
  }

  #spread(value: SyntaxNode, parent: SyntaxNode | undefined): void {
    if (parent?.type === 'ObjectExpression') return
    const { end } = value
    let at = value.start
    if (parent?.type === 'CallExpression') at = this.#calleeAt(parent.callee as SyntaxNode)
    this.#scope.operations.push({ kind: 'iterate', node: value, at, end })
  }

  #member(node: SyntaxNode, parent: SyntaxNode | undefined, isTarget: boolean): void {
    // `+=` and its kin read what they set.
    if (isTarget && (parent?.type !== 'AssignmentExpression' || parent.operator === '=')) return
    const property = node.property as SyntaxNode
    this.#add('read', node, property.start, propertyName(property, node.computed === true))
  }

  #assign(node: SyntaxNode, target: SyntaxNode): void {
    const isPrefix = node.type === 'UpdateExpression' && node.prefix === true
    const at = isPrefix ? node.start : skipClosing(this.#text, target.end)
    if (target.type === 'MemberExpression') {
      const name = propertyName(target.property as SyntaxNode, target.computed === true)
      this.#add('write', node, at, name)
      return
    }
    const names = new Set<string>()
    addNames(names, target)
    for (const name of names) this.#add('assign', node, at, name)
  }

  /** An array pattern. The engine takes it apart before it has read the value. */
  #takeApart(pattern: SyntaxNode, value: SyntaxNode | undefined): void {
    const node = value ?? pattern
    this.#scope.operations.push({ kind: 'iterate', node, at: node.start, end: pattern.end })
  }

  #destructure(pattern: SyntaxNode, parent: SyntaxNode | undefined): void {
    const [first] = pattern.properties as SyntaxNode[]
    const isNamed = first && isNode(first.key)
    const name = isNamed
      ? propertyName(first.key as SyntaxNode, first.computed === true)
      : undefined
    const value = givenTo(pattern, parent)
    const { end } = pattern
    const at = (first ?? pattern).start
    this.#scope.operations.push({ kind: 'destructure', node: value ?? pattern, at, end, name })
  }

  #iterate(source: SyntaxNode): void {
    this.#add('iterate', source, source.start)
  }
}

/** The value that a pattern takes apart, where it stands beside it. */
function givenTo(pattern: SyntaxNode, parent: SyntaxNode | undefined): SyntaxNode | undefined {
  const value = parent?.type === 'VariableDeclarator' ? parent.init : parent?.right
  return isNode(value) && value !== pattern ? value : undefined
}
