import { forEachChild, isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'

/** What the statements of a program declare outside its functions, and where they return. */
export interface Declarations {
  readonly returns: SyntaxNode[]
  /** Whether a `using` stands directly in the program. */
  hasUsing: boolean
  /** Names of the functions directly in the program. */
  readonly functions: Map<string, SyntaxNode>
  /** For each function declared again: whether it and the one before are plain functions. */
  readonly repeated: boolean[]
  /** Names declared by `var`, at any depth. */
  readonly vars: Set<string>
  /** Names of functions in inner blocks, which a script declares outside as well. */
  readonly nested: Set<string>
}

/** Collects the declarations of a program's statements. */
export function declarationsOf(statements: readonly SyntaxNode[]): Declarations {
  const found: Declarations = {
    returns: [],
    hasUsing: false,
    functions: new Map(),
    repeated: [],
    vars: new Set(),
    nested: new Set(),
  }
  for (const statement of statements) {
    if (statement.type === 'FunctionDeclaration') addFunction(found, statement)
    else {
      if (/^(await )?using$/.test(String(statement.kind))) found.hasUsing = true
      visit(found, statement)
    }
  }
  return found
}

const nameOf = (declaration: SyntaxNode): string => (declaration.id as SyntaxNode).name as string

const isPlain = (fn: SyntaxNode): boolean => !fn.async && !fn.generator

function addFunction({ functions, repeated }: Declarations, fn: SyntaxNode): void {
  const before = functions.get(nameOf(fn))
  if (before) repeated.push(isPlain(before) && isPlain(fn))
  functions.set(nameOf(fn), fn)
}

function visit(found: Declarations, node: SyntaxNode): void {
  if (node.type === 'FunctionDeclaration') found.nested.add(nameOf(node))
  // What a function or a class declares stays inside, and expressions declare nothing.
  if (isFunction(node) || node.type === 'ClassDeclaration') return
  if (node.type.endsWith('Expression')) return
  if (node.type === 'ReturnStatement') found.returns.push(node)
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const { id } of node.declarations as SyntaxNode[]) addNames(found.vars, id)
  }
  forEachChild(node, child => visit(found, child))
}

/** Adds the names of a binding pattern. */
export function addNames(names: Set<string>, pattern: unknown): void {
  if (!isNode(pattern)) return
  if (pattern.type === 'Identifier') names.add(pattern.name as string)
  else if (pattern.type === 'AssignmentPattern') addNames(names, pattern.left)
  else if (pattern.type === 'Property') addNames(names, pattern.value)
  else forEachChild(pattern, child => addNames(names, child))
}
