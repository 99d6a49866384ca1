import { analyze, type Reference, type Scope, type Variable } from 'eslint-scope'
import type { Program } from 'estree'
import type { SyntaxNode } from './syntax-node.ts'

/** What each name of a source stands for. */
export interface Bindings {
  /** The variable that an identifier uses; undefined for globals that the source does not declare. */
  variableOf(identifier: SyntaxNode): Variable | undefined
  /** The variable of a declarator that declares one name. */
  declaredBy(declarator: SyntaxNode): Variable | undefined
}

/** Resolves the names of a program of plain JavaScript. */
export function resolveBindings(program: SyntaxNode): Bindings {
  const scopes = analyze(program as unknown as Program, {
    ecmaVersion: 2024,
    sourceType: 'script',
    // Puts the source into a scope of its own, so that its `var` and functions resolve too.
    nodejsScope: true,
  })
  const variables = new Map<unknown, Variable | null>()
  for (const scope of scopes.scopes as Scope[]) {
    for (const reference of scope.references as Reference[]) {
      variables.set(reference.identifier, reference.resolved)
    }
  }
  return {
    variableOf: identifier => variables.get(identifier) ?? undefined,
    declaredBy: declarator => scopes.getDeclaredVariables(declarator as never)[0],
  }
}
