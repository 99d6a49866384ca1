/** Routes that need a token. */

import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import type { Scope } from '../auth/tokens.ts'
import { needs } from './middleware/scope.ts'
import { problems } from './responses.ts'

/**
 * Describes a route for callers whose token has a scope. It checks the scope, and adds the refusals
 * that each such route has: without a token, without the scope, and beyond a limit of the token.
 *
 * @param route its other answers are those that are its own
 */
export function callerRoute<Path extends string, Route extends RouteConfig & { path: Path }>(
  scope: Scope,
  route: Route,
) {
  return createRoute({
    ...route,
    ...needs(scope),
    responses: { ...route.responses, ...problems(401, 403, 429) } as Route['responses'] &
      ReturnType<typeof problems<401 | 403 | 429>>,
  })
}
