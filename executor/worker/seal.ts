/**
 * The inner line: what a program could reach that got out of the engine into its worker thread.
 *
 * Two means. Under Node's permissions the thread gives up all of them, for good, and no thread gets
 * them back. In any case the realm loses its ways to the outside: no module can be loaded any more,
 * and `process` and the globals lose what acts on files, network or processes. The second does not
 * hold against a fault of V8 itself; docs/threat-model.md says what does.
 */

import { registerHooks, syncBuiltinESMExports } from 'node:module'

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

/** Signals, native code, other modules, files that Node itself reads or writes, the daemon's log. */
const processPowers = [
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  'execve',
  'dlopen',
  'binding',
  '_linkedBinding',
  'getBuiltinModule',
  'mainModule',
  '_preload_modules',
  'loadEnvFile',
  'report',
  'chdir',
  'openStdin',
  'setSourceMapsEnabled',
  'addUncaughtExceptionCaptureCallback',
  'setUncaughtExceptionCaptureCallback',
  '_getActiveHandles',
  '_getActiveRequests',
] as const

const streams = ['stdin', 'stdout', 'stderr'] as const

/** In the place of a stream: the app's side has Node call it whenever it likes, by a symbol of Node's own. */
const nobody = new Proxy(Object.freeze({}), {
  get: (_, name) => (typeof name === 'symbol' ? () => {} : undefined),
})

const globalPowers = [
  'fetch',
  'WebSocket',
  'WebSocketStream',
  'EventSource',
  'BroadcastChannel',
  'localStorage',
  'sessionStorage',
  'require',
  'module',
  'console',
] as const

/**
 * Closes this thread, once everything that it needs is loaded.
 *
 * @throws {Error} when a permission is still there afterwards
 */
export function seal(): void {
  registerHooks({
    resolve(specifier) {
      throw new Error(`Cannot load ${specifier}: this thread is sealed`)
    },
  })
  for (const name of processPowers) Reflect.deleteProperty(process, name)
  for (const name of streams) Object.defineProperty(process, name, { get: () => nobody })
  for (const name of globalPowers) Reflect.deleteProperty(globalThis, name)
  // Node writes warnings on stderr, which is the daemon's log: by the stream, and past all streams by
  // this function, which its own code needs to be there.
  process.removeAllListeners('warning')
  Object.defineProperty(process, '_rawDebug', { value: () => {} })
  // The module `node:process` has names of its own for the same functions.
  syncBuiltinESMExports()
  dropPermissions()
}

function dropPermissions(): void {
  const permission = process.permission as NodeJS.ProcessPermission & Dropping
  if (permission === undefined) return
  for (const scope of scopes) {
    try {
      permission.drop(scope)
    } catch (error) {
      // A Node that does not know the scope has not what it stands for.
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
