/**
 * The state that a program leaves to its session, and the failure of a program that leaves too
 * much.
 */

import type { Limits } from '../../protocol/limits.ts'
import type { GuestOutcome, GuestReport } from '../boundary/messages.ts'
import { limitExceeded } from './guest-end.ts'

/** The state is larger than the session may keep. */
export const TOO_LARGE = Symbol('too large')

/** The state of a session after a program; `undefined` when the session keeps what it had. */
export type SessionLeft = Pick<GuestReport, 'snapshot' | 'leftState'> | typeof TOO_LARGE | undefined

const HINT =
  'Assign less to globals in sessions, or set what is not needed any more to undefined: the session has what it had before this program.'

/**
 * The outcome of a program, with the state that it leaves. A program whose state is too large has
 * failed, since later programs would not find it. A program that was stopped keeps its outcome.
 */
export function withSession(
  outcome: GuestOutcome,
  left: SessionLeft,
  { maxSessionBytes }: Limits,
): Pick<GuestReport, 'outcome' | 'snapshot' | 'leftState'> {
  if (left === undefined) return { outcome }
  if (left !== TOO_LARGE) return { outcome, ...left }
  if (outcome.status !== 'completed' && outcome.status !== 'failed') return { outcome }
  const before =
    outcome.status === 'failed' ? `; it had failed before: ${outcome.error.message}` : ''
  const message = `The session's state is larger than maxSessionBytes ${maxSessionBytes}${before}`
  const { failure } = limitExceeded('maxSessionBytes', message, HINT)
  return { outcome: failure === undefined ? outcome : { status: 'failed', error: failure } }
}
