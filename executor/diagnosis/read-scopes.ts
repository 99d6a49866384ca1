/** Reads from a syntax tree which steps of a program can fail, and where each of them stands. */

import { forEachChild, isFunction, isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import { propertyName } from './expression-text.ts'
import { StepReader } from './read-steps.ts'
import type { ClassPlace, Scope, SourceScopes } from './scope.ts'

const TYPE_KEYS =
  /^(?:typeAnnotation|typeParameters|typeArguments|superTypeParameters|superTypeArguments|returnType|implements)$/
const TYPE_NODES = /^TS.*(?:Declaration|Keyword|Type)$/

/** A node that is still to be read, with what is around it. */
interface Pending {
  readonly node: SyntaxNode
  readonly parent: SyntaxNode | undefined
  readonly key: string
  readonly scope: Scope
  /** The nearest class around. */
  readonly owner: SyntaxNode | undefined
  /** Whether it is the target of a declaration or an assignment. */
  readonly isTarget: boolean
}

/** Reads the scopes of a program. @param text what was parsed to `program` */
export function readScopes(text: string, program: SyntaxNode): SourceScopes {
  const whole = scopeOf(program, '<eval>')
  const scopes = [whole]
  const classes: ClassPlace[] = []
  const throws: SyntaxNode[] = []
  // An explicit stack: the tree may be deeper than this one's frames reach.
  const pending: Pending[] = [
    {
      node: program,
      parent: undefined,
      key: '',
      scope: whole,
      owner: undefined,
      isTarget: false,
    },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, parent, key, owner, isTarget } = next
    const own = ownScope(node, key, parent, owner)
    if (own !== undefined) scopes.push(own)
    const scope = own ?? next.scope
    if (node.type === 'ThrowStatement') throws.push(node)
    new StepReader(text, scope).read(node, parent, key, isTarget)
    const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
    if (isClass) {
      classes.push(classPlace(node))
    }
    forEachChild(node, (child, childKey) => {
      if (TYPE_KEYS.test(childKey) || TYPE_NODES.test(child.type)) return
      pending.push({
        node: child,
        parent: node,
        key: childKey,
        scope,
        owner: isClass ? node : owner,
        isTarget: isTargetIn(node, childKey, isTarget),
      })
    })
  }
  for (const { operations, marks } of scopes) {
    operations.sort((a, b) => a.end - b.end)
    marks.sort((a, b) => a - b)
  }
  return { text, scopes, classes, throws }
}

function classPlace(node: SyntaxNode): ClassPlace {
  const { body } = node.body as SyntaxNode
  return {
    name: idName(node.id),
    start: node.start,
    isDerived: isNode(node.superClass),
    hasConstructor: (body as SyntaxNode[]).some(({ kind }) => kind === 'constructor'),
  }
}

/** The scope that a node opens; `undefined` when it belongs to the one around it. */
function ownScope(
  node: SyntaxNode,
  key: string,
  parent: SyntaxNode | undefined,
  owner: SyntaxNode | undefined,
): Scope | undefined {
  if (parent && isFunction(node)) return functionScope(node, parent, owner)
  return isFieldCode(node, key, parent) ? fieldScope(node, owner) : undefined
}

/** Whether the child of a node under a key is given a value. */
function isTargetIn(node: SyntaxNode, key: string, isTarget: boolean): boolean {
  switch (node.type) {
    case 'VariableDeclarator':
      return key === 'id'
    case 'CatchClause':
      return key === 'param'
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'AssignmentExpression':
      return key === 'left'
    case 'AssignmentPattern':
      return isTarget && key === 'left'
    case 'Property':
      return isTarget && key === 'value'
    case 'ObjectPattern':
    case 'ArrayPattern':
    case 'RestElement':
      return isTarget
    default:
      return isFunction(node) && key === 'params'
  }
}

const isFieldCode = (node: SyntaxNode, key: string, parent: SyntaxNode | undefined): boolean =>
  node.type === 'StaticBlock' || (parent?.type === 'PropertyDefinition' && key === 'value')

/** @param starts further offsets where the engine may say that it begins */
function scopeOf(node: SyntaxNode, name: string | undefined, ...starts: number[]): Scope {
  const last = Array.isArray(node.body) ? (node.body as SyntaxNode[]).at(-1) : undefined
  return {
    ...{ node, name, starts: [node.start, ...starts], last },
    ...{ operations: [], marks: [], loops: [], returns: [] },
  }
}

const fieldScope = (node: SyntaxNode, owner: SyntaxNode | undefined): Scope => ({
  ...scopeOf(node, undefined),
  fieldOf: idName(owner?.id),
})

/** Names a function as the engine does: by itself, or by what it is first given to. */
function functionScope(fn: SyntaxNode, parent: SyntaxNode, owner: SyntaxNode | undefined): Scope {
  if (isNode(fn.id)) return scopeOf(fn, idName(fn.id))
  switch (parent.type) {
    case 'VariableDeclarator':
      return scopeOf(fn, idName(parent.id))
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return scopeOf(fn, idName(parent.left))
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return methodScope(fn, parent, owner)
    default:
      return scopeOf(fn, undefined)
  }
}

function methodScope(fn: SyntaxNode, member: SyntaxNode, owner: SyntaxNode | undefined): Scope {
  const { kind } = member
  const starts = [member.start, (member.key as SyntaxNode).start]
  if (kind === 'constructor') return scopeOf(fn, idName(owner?.id), ...starts)
  const key = propertyName(member.key as SyntaxNode, member.computed === true)
  const name = key !== undefined && /^[gs]et$/.test(String(kind)) ? `${kind} ${key}` : key
  const isMethod = member.method === true || member.type === 'MethodDefinition'
  return isMethod || kind !== 'init' ? scopeOf(fn, name, ...starts) : scopeOf(fn, name)
}

const idName = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? (node.name as string) : undefined
