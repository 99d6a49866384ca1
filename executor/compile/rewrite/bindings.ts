import { analyze, type Reference, type Scope, type Variable } from 'eslint-scope'
import type { Program } from 'estree'
import type { SyntaxNode } from '../parse/syntax-node.ts'

/** The variables that the names of a source stand for. */
export interface Bindings {
  /**
   * The variable that an identifier uses; undefined for globals that the source does not declare.
   */
  variableOf(identifier: SyntaxNode): Variable | undefined
  /** The variable that an identifier in a declaration or a parameter list declares. */
  declaredAt(identifier: SyntaxNode): Variable | undefined
  /** Whether a function reads its `arguments`. */
  usesArguments(fn: SyntaxNode): boolean
}

/** Resolves the names of a program of plain JavaScript. */
export function resolveBindings(program: SyntaxNode): Bindings {
  const scopes = analyze(program as unknown as Program, {
    ecmaVersion: 2024,
    sourceType: 'script',
    // Puts the source into a scope of its own, so that its `var` and functions resolve too.
    nodejsScope: true,
  })
  const used = new Map<unknown, Variable | null>()
  const declared = new Map<unknown, Variable>()
  for (const scope of scopes.scopes as Scope[]) {
    for (const reference of scope.references as Reference[]) {
      used.set(reference.identifier, reference.resolved)
    }
    for (const variable of scope.variables as Variable[]) {
      for (const identifier of variable.identifiers) declared.set(identifier, variable)
    }
  }
  return {
    variableOf: identifier => used.get(identifier) ?? undefined,
    declaredAt: identifier => declared.get(identifier),
    usesArguments: fn => {
      const own = (scopes.acquire(fn as never, true) as Scope | null)?.set.get('arguments')
      return own !== undefined && own.references.length > 0
    },
  }
}
