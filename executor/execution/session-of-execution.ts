/** What an execution takes from its session, and what it leaves to it. */

import type { GuestWork } from '../boundary/guest-pool.ts'
import type { GuestOutcome, GuestReport, GuestSession, SessionStep } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import { endOfRun } from '../boundary/program-end.ts'

/** What an execution has left to its session; empty: the session keeps what it had. */
export interface SessionLeft {
  /** The session's new snapshot. */
  readonly snapshot?: Uint8Array
  /** The name of the new state, which a guest holds. Without a snapshot it is there alone. */
  readonly state?: string
  /** Makes what a state without a snapshot is repeated from. */
  readonly step?: () => SessionStep
}

/** The session of one execution, as each of its runs gets it. */
export class SessionOfExecution {
  #host: ExecutionHost
  /** Absent: none, or it is not opened yet. */
  opened: GuestSession | undefined

  constructor(host: ExecutionHost) {
    this.#host = host
  }

  /** Whether earlier programs have left something to it. */
  get hasHistory(): boolean {
    return this.opened?.snapshot !== undefined || this.opened?.state !== undefined
  }

  /** Opens the session for the first run; the name of its state is enough where a worker has the state. */
  async open(): Promise<void> {
    this.opened ??= await this.#host.openSession?.(false)
  }

  /** Opens the session's whole state if a run has found that no worker has it. @returns whether it did */
  async openWhole(outcome: GuestOutcome): Promise<boolean> {
    if (outcome.status !== 'not-held') return false
    this.opened = await this.#host.openSession?.(true)
    return true
  }
}

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
  const named = { ...(snapshot && { snapshot }), ...(state !== undefined && { state }) }
  if (state === undefined || snapshot !== undefined) return named
  const end = outcome && endOfRun(outcome)
  return end === undefined ? {} : { ...named, step: () => ({ ...stepOf(work()), end }) }
}

/** The part of a program's work that it is repeated from. */
export function stepOf(work: Omit<SessionStep, 'end'>): Omit<SessionStep, 'end'> {
  const { executionId, source, language, program, tools, inputs, seed } = work
  const { startedAtMs, timeZone, limits, journal } = work
  return {
    ...{ executionId, source, language, program, tools, inputs, seed },
    ...{ startedAtMs, timeZone, limits, journal },
  }
}
