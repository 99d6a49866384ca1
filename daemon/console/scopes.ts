/** What the person at the browser may do: pages offer nothing else. */

import type { KnownCaller, Scope } from '../auth/tokens.ts'

/** Whether a caller has a scope; `admin` includes all. */
export function may({ scopes }: KnownCaller, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin')
}
