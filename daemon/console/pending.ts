/** How many approvals wait for the person at the browser. */

import type { KnownCaller } from '../auth/tokens.ts'
import type { ConsoleDependencies } from './dependencies.ts'
import { may } from './scopes.ts'

/** More are written as "and more". */
const MAX_COUNTED = 20

/** The number as text; `undefined` when the caller may not know. */
export async function pendingText(
  { approvals }: Pick<ConsoleDependencies, 'approvals'>,
  caller: KnownCaller,
): Promise<string | undefined> {
  if (!may(caller, 'read')) return undefined
  const { data } = await approvals.list(
    { status: 'pending', executionId: undefined, after: undefined, limit: MAX_COUNTED + 1 },
    caller,
  )
  return data.length > MAX_COUNTED ? `${MAX_COUNTED}+` : String(data.length)
}
