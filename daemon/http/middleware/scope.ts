/**
 * The scope of a route: written in the OpenAPI document, and checked before the request is read.
 */

import type { MiddlewareHandler } from 'hono'
import { requireScope, type Scope } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../dependencies.ts'

/** The part of a route's description that has only callers with a scope in. */
export function needs(scope: Scope) {
  const middleware: MiddlewareHandler<HttpEnvironment> = async (context, next) => {
    requireScope(context.get('caller'), scope)
    await next()
  }
  return { security: [{ bearer: [scope] }], middleware }
}
