/**
 * The names that a session's programs declare.
 *
 * `let`, `const` and classes live in the engine's own scope of global declarations, which looks
 * names up when they are used. So a name that is taken out of it can be declared again, and
 * functions of earlier programs find the new binding. The worker hands the scope to the prelude as
 * a record. It never reaches a program.
 */

import type { SessionNames } from '../../boundary/session-code.ts'
import { SCOPE_GLOBAL } from '../host/host-names.ts'
import {
  append,
  hidden,
  jsonParse,
  objectHasOwn,
  record,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetOwnPropertyDescriptor,
} from '../primordials.ts'

const scope = (globalThis as Record<string, unknown>)[SCOPE_GLOBAL] as object
reflectDeleteProperty(globalThis, SCOPE_GLOBAL)

/** A binding that a program declares again, as it was before. */
interface Replaced {
  readonly holder: object
  readonly name: string
  readonly binding: PropertyDescriptor
}

/** The current program, and the bindings that its names have replaced. */
let names: SessionNames | undefined
let replaced: Replaced[] = []

/** Makes room for the names of the program that is about to run. */
export function declare(namesText: string): void {
  const declared = jsonParse(namesText) as SessionNames
  const { lexical, vars, functions } = declared
  replaced = []
  names = declared
  for (let i = 0; i < lexical.length; i++) take(scope, lexical[i] as string)
  for (let i = 0; i < vars.length; i++) {
    const name = vars[i] as string
    take(scope, name)
    if (!objectHasOwn(globalThis, name)) defineGlobal(name)
  }
  for (let i = 0; i < functions.length; i++) {
    const name = functions[i] as string
    take(scope, name)
    // A property that may not be removed (`undefined`) cannot be a function's either: left as it
    // is.
    if (take(globalThis, name) || !objectHasOwn(globalThis, name)) defineGlobal(name)
  }
}

/** Puts the names back: the engine has refused the program, and nothing of it has run. */
export function undeclare(): void {
  for (let i = replaced.length - 1; i >= 0; i--) putBack(replaced[i] as Replaced)
  replaced = []
  names = undefined
}

/**
 * Settles the names of a program that has ended. Those that never got a value stand for their
 * earlier bindings again, and those of `using` are removed.
 */
export function settleNames(): void {
  if (names === undefined) return
  const { lexical, resources } = names
  const isOpen = record()
  for (let i = 0; i < resources.length; i++) reflectDeleteProperty(scope, resources[i] as string)
  for (let i = 0; i < lexical.length; i++) {
    const name = lexical[i] as string
    const binding = reflectGetOwnPropertyDescriptor(scope, name)
    // The engine's mark for a binding without a value: nothing that `typeof` knows.
    const isEmpty = (typeof binding?.value as string) === 'unknown'
    if (isEmpty) reflectDeleteProperty(scope, name)
    isOpen[name] = isEmpty || binding === undefined
  }
  for (let i = 0; i < replaced.length; i++) {
    const one = replaced[i] as Replaced
    if (one.holder === scope && isOpen[one.name] === true) putBack(one)
  }
  replaced = []
  names = undefined
}

/** Takes a name out of its holder. `false` when it is not there, or has to stay. */
function take(holder: object, name: string): boolean {
  const binding = reflectGetOwnPropertyDescriptor(holder, name)
  if (binding === undefined) return false
  // Noted first: the program may be ended in between.
  append(replaced, { holder, name, binding })
  return reflectDeleteProperty(holder, name)
}

/** Not declared by the script itself: a script's own `var` or function can never be removed. */
function defineGlobal(name: string): void {
  reflectDefineProperty(globalThis, name, hidden(undefined, true))
}

function putBack({ holder, name, binding }: Replaced): void {
  reflectDeleteProperty(holder, name)
  reflectDefineProperty(holder, name, binding)
}
