/** Which methods a path takes: for requests that come with another. */

import { LatchdError } from '../../../protocol/errors.ts'

interface Route {
  readonly method: string
  readonly path: string
}

/**
 * The methods of paths, by the routes of the app.
 *
 * @returns a function from a path to its methods, in the order of registration; empty for an
 *   unknown path
 */
export function pathMethods(routes: readonly Route[]): (path: string) => readonly string[] {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  for (const { method, path } of routes) {
    // Middleware is registered for all methods, and is not a route.
    if (method === 'ALL') continue
    const literal = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')
    const { methods } = known.get(path) ?? { methods: new Set<string>() }
    methods.add(method)
    // The framework answers HEAD for each route of GET.
    if (method === 'GET') methods.add('HEAD')
    known.set(path, { pattern: new RegExp(`^${literal}$`), methods })
  }
  return path =>
    [...known.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []))
}

/** The refusal of a method that a path does not take. */
export function methodNotAllowed(
  method: string,
  path: string,
  allowed: readonly string[],
): LatchdError {
  return new LatchdError(
    'METHOD_NOT_ALLOWED',
    `Cannot ${method} ${path}: ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'} allowed`,
  )
}
