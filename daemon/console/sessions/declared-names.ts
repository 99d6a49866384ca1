/** The names that the programs of a session have declared, as their sources say. */

import { readSessionNames } from '../../../executor/boundary/session-code.ts'
import { compile } from '../../../executor/compile/compile.ts'
import type { ExecutionSource } from '../../../protocol/execution/execution.ts'

/** A name of a session, where it was declared last. */
export interface DeclaredName {
  readonly name: string
  readonly executionId: string
  /** Line of the source, from 1; `undefined` for a name of an inner block. */
  readonly line: number | undefined
}

/** Longer sources are left out: to parse them would hold the daemon up. */
const MAX_CHARACTERS = 65_536
/** Characters of all sources together. */
const MAX_ALL = 4 * MAX_CHARACTERS

/** The names, and whether the sources of some programs were not read for them. */
export interface DeclaredNames {
  readonly names: readonly DeclaredName[]
  readonly isPartial: boolean
}

/**
 * The names that programs leave to their session, by `const`, `let`, `var`, functions and classes.
 *
 * @param programs those that have begun, the newest first; Python's are not read
 */
export function declaredNames(programs: readonly ExecutionSource[]): DeclaredNames {
  const names = new Map<string, DeclaredName>()
  let isPartial = false
  let characters = 0
  for (const { executionId, source, language } of programs) {
    characters += source.length
    if (language === 'python' || source.length > MAX_CHARACTERS || characters > MAX_ALL) {
      isPartial = true
      continue
    }
    for (const [name, line] of namesOf(source, language)) {
      if (!names.has(name)) names.set(name, { name, executionId, line })
    }
  }
  const sorted = [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { names: sorted, isPartial }
}

function namesOf(
  source: string,
  language: ExecutionSource['language'],
): (readonly [name: string, line: number | undefined])[] {
  const compiled = compile(source, language, 'session')
  if (!compiled.ok) return []
  const { lexical, vars, functions, resources, lines } = readSessionNames(compiled.program.code)
  return [...lexical, ...vars, ...functions]
    .map((name, i) => [name, lines[i] || undefined] as const)
    .filter(([name]) => !resources.includes(name))
}
