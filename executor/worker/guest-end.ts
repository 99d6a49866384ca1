/**
 * What the host throws through the guest's frames to end it. No code of the guest runs on the way.
 *
 * These are not errors: to write down the stack of one, with the engine's frames in it, takes as long
 * as a short program, and nothing reads it.
 */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { LimitName } from '../../protocol/limits.ts'
import type { GuestOutcome } from '../boundary/messages.ts'

/** Ends the guest. */
export class GuestEnd {
  /** Why, when the guest has failed; absent when it was stopped, or has given its final answer. */
  readonly failure: ExecutionError | undefined

  constructor(failure?: ExecutionError) {
    this.failure = failure
  }
}

/** The host's signal ended the guest. */
export class GuestStopped extends GuestEnd {}

/** The guest waits, and its worker is wanted elsewhere: it is torn down, to be replayed. */
export class GuestParked extends GuestEnd {
  /** Number of the call that it waits for; `undefined` for any delivery. */
  readonly awaited: number | undefined

  constructor(awaited: number | undefined) {
    super()
    this.awaited = awaited
  }
}

/** A dry run came to the call that it was to end at. */
export class GuestHalted extends GuestEnd {
  /** The request that it made there: see `shownRequest`. */
  readonly request: string

  constructor(request: string) {
    super()
    this.request = request
  }
}

/** The guest took another path than its journal. */
export class GuestDiverged extends GuestEnd {
  constructor(message: string) {
    super({ code: 'NONDETERMINISM', name: 'Nondeterminism', message })
  }
}

/** Ends the guest for exceeding a limit. */
export function limitExceeded(limit: LimitName, message: string, hint?: string): GuestEnd {
  return new GuestEnd({
    code: 'LIMIT_EXCEEDED',
    name: 'LimitExceeded',
    message,
    limit,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** The error of a program that waits although no call and no timer is under way. */
export const DEADLOCK: ExecutionError = {
  code: 'DEADLOCK',
  name: 'Deadlock',
  message: 'The program waits for a promise that nothing can settle',
  hint: 'Resolve or reject every promise that is awaited; no tool call or timer is under way.',
}

/** As {@link DEADLOCK}, of an engine whose programs wait by themselves. */
export const ENDLESS_WAIT: ExecutionError = {
  ...DEADLOCK,
  message: 'The program waits for what nothing can bring about',
  hint: 'Set every event and future that is awaited; no tool call or timer is under way.',
}

/** The outcome of a program that an error ends. */
export function failed(error: ExecutionError): GuestOutcome {
  return { status: 'failed', error }
}
