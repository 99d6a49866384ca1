/** What an execution takes from its session, and what it leaves to it. */

import type { GuestWork } from '../boundary/guest-pool.ts'
import type { GuestOutcome, GuestReport, GuestSession, SessionStep } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'

/** What an execution has left to its session; empty: the session keeps what it had. */
export interface SessionLeft {
  /** The session's new snapshot. */
  readonly snapshot?: Uint8Array
  /** In its place, when the state has stayed in its guest: its name, and the program to repeat. */
  readonly stayed?: { readonly state: string; readonly step: SessionStep }
}

/** Opens the session of a host's execution. */
export const openSession = async (host: ExecutionHost): Promise<GuestSession> =>
  host.openSession?.() ?? { snapshot: await host.loadSnapshot?.() }

/**
 * What a report has left to the session.
 *
 * @param work the work of the execution, with its whole journal
 */
export function sessionLeft(
  { snapshot, leftState: state }: Pick<GuestReport, 'snapshot' | 'leftState'>,
  outcome: GuestOutcome | undefined,
  work: () => GuestWork,
): SessionLeft {
  const status = outcome?.status
  const hasEnded = status === 'completed' || status === 'failed'
  if (state === undefined || !hasEnded) return snapshot === undefined ? {} : { snapshot }
  const { executionId, source, language, program, tools, inputs, seed, ...rest } = work()
  const { startedAtMs, timeZone, limits, journal } = rest
  const step = { executionId, source, language, program, tools, inputs, seed }
  return { stayed: { state, step: { ...step, startedAtMs, timeZone, limits, journal, status } } }
}
