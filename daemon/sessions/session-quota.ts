/** The bound on the disk space of the sessions of one caller. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Caller } from '../auth/caller.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import type { SessionStore } from '../store/store.ts'

/** For a token without its own limit: 128 sessions of the largest default state. */
const MAX_SESSION_BYTES = 8 * 1024 * 1024 * 1024
/**
 * Refuses a session, or an execution in one, to a caller whose sessions hold as much as they may.
 * Running executions still store their states, so these may exceed the bound.
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
