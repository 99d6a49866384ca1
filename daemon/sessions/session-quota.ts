/** How much the sessions of a caller may keep on disk, all together. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Caller } from '../auth/caller.ts'
import type { SessionStore } from '../store/store.ts'

/** Of a caller whose token says nothing else: 128 sessions of the largest state that is kept by default. */
const MAX_SESSION_BYTES = 8 * 1024 * 1024 * 1024
/** Seconds after which a caller should come again that has removed sessions. */
const RETRY_AFTER_SECONDS = 1

/**
 * Refuses a session, or an execution in one, to a caller whose sessions keep as much as they may. What
 * runs already is kept: the bound may be exceeded by the states of as many executions as run at once.
 *
 * @throws {LatchdError} `TOKEN_LIMIT_EXCEEDED`
 */
export async function admitSession(
  store: Pick<SessionStore, 'sessionBytes'>,
  { name, limits }: Caller,
): Promise<void> {
  const limitBytes = limits?.maxSessionBytes ?? MAX_SESSION_BYTES
  const bytes = await store.sessionBytes(name)
  if (bytes < limitBytes) return
  const message = `Cannot use a session: the token is at its limit maxSessionBytes ${limitBytes}; its sessions keep ${bytes} bytes`
  throw new LatchdError('TOKEN_LIMIT_EXCEEDED', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
