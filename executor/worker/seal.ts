/**
 * The inner line of defence, against a program that has got out of the engine into its worker
 * thread.
 *
 * It works by two means. Under Node's permissions the thread gives up all of them for good, and no
 * other thread gets them back. In any case the realm loses its ways to the outside: no module can
 * be loaded any more, and `process` and the globals lose their access to files, network and
 * processes. The second means does not hold against a fault of V8 itself; docs/threat-model.md says
 * what does.
 */

import { registerHooks, syncBuiltinESMExports } from 'node:module'
import type { EngineNames } from '../engine/engine.ts'
import { allowedGlobals, allowedOfProcess, emptySymbols } from './allowed-names.ts'
import { fixProperties, freezeRealm } from './frozen-realm.ts'

/** Everything that Node's permissions know of; a name that a version does not know is not there. */
const scopes = [
  'fs.write',
  'fs.read',
  'net',
  'child',
  'worker',
  'wasi',
  'addon',
  'inspector',
  'ffi',
] as const

const streams = ['stdin', 'stdout', 'stderr'] as const

/**
 * Stands in the place of a stream. The app's side has Node call it at any time, by a symbol of
 * Node's own.
 */
const noStream = new Proxy(Object.freeze({}), {
  get: (_, name) => (typeof name === 'symbol' ? () => {} : undefined),
})

/**
 * Closes this thread, once everything that it needs is loaded.
 *
 * @param engine the names that the engine's own loader needs later
 * @throws {Error} when a permission is still there afterwards
 */
export function seal(engine: EngineNames): void {
  registerHooks({
    resolve(specifier) {
      throw new Error(`Cannot load ${specifier}: this thread is sealed`)
    },
  })
  for (const name of streams) Object.defineProperty(process, name, { get: () => noStream })
  // Node writes warnings on stderr, which is the daemon's log: by the stream, and past all streams
  // by this function, which its own code needs to be there.
  process.removeAllListeners('warning')
  Object.defineProperty(process, '_rawDebug', { value: () => {} })
  removeAllBut(allowedOfProcess.union(new Set(engine.ofProcess)), process)
  removeAllBut(allowedGlobals.union(new Set(engine.globals)), globalThis)
  for (const symbol of emptySymbols) Object.defineProperty(globalThis, symbol, { value: undefined })
  // A name of Node's own is a getter, which would return the value that its setter was handed.
  for (const name of ['process', 'Buffer', 'performance'] as const) {
    Object.defineProperty(globalThis, name, { value: globalThis[name], writable: false })
  }
  // The module `node:process` has names of its own for the same functions.
  syncBuiltinESMExports()
  freezeRealm()
  fixProperties(process, ['_events', '_eventsCount', '_maxListeners', 'domain'])
  fixProperties(globalThis)
  dropPermissions()
}

/**
 * Removes properties; one that cannot be removed, as V8's `gc`, is fixed without its value.
 *
 * @throws {Error} when neither can be done
 */
function removeAllBut(allowed: ReadonlySet<PropertyKey>, target: object): void {
  for (const key of Reflect.ownKeys(target)) {
    if (allowed.has(key) || Reflect.deleteProperty(target, key)) continue
    if (Reflect.defineProperty(target, key, { value: undefined, writable: false })) continue
    throw new Error(`Cannot seal a worker: ${String(key)} cannot be removed`)
  }
}

function dropPermissions(): void {
  const permission = process.permission as NodeJS.ProcessPermission & Dropping
  if (permission === undefined) return
  for (const scope of scopes) {
    try {
      permission.drop(scope)
    } catch (error) {
      // A Node that does not know the scope cannot access it either.
      if ((error as { code?: string }).code !== 'ERR_INVALID_ARG_VALUE') throw error
    }
  }
  const left = scopes.filter(scope => permission.has(scope))
  if (left.length > 0) throw new Error(`Cannot seal a worker: it still has ${left.join(', ')}`)
}

/** Node 26's; its types are those of 24. */
interface Dropping {
  drop(scope: string): void
}
