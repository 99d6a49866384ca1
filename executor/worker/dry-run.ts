/** What a dry run finds out: requests that its journal does not answer, and where it ended. */

import type { Variable } from '../../protocol/execution/replay.ts'
import type { DryRunReport, GuestDryRun, GuestPlace } from '../boundary/messages.ts'
import type { Guest } from '../engine/guest.ts'

/** One dry run: notes what its report says. */
export class DryRun {
  #guest: Pick<Guest, 'currentStack' | 'variables'>
  #untilCall: number | undefined
  #unanswered: DryRunReport['unanswered'][number][] = []
  /** The engine's stack where it ended in one of its calls. */
  #stack: string | undefined
  #variables: readonly Variable[] | undefined

  constructor({ untilCall }: GuestDryRun, guest: Pick<Guest, 'currentStack' | 'variables'>) {
    this.#guest = guest
    this.#untilCall = untilCall
  }

  /** Notes a request that the journal does not answer: see {@link DryRunReport.unanswered}. */
  noteUnanswered(...request: DryRunReport['unanswered'][number]): void {
    this.#unanswered.push(request)
  }

  /** Whether it is to end at a call. */
  endsAt(callNumber: number): boolean {
    return callNumber === this.#untilCall
  }

  /** Notes the place at which it is about to end. */
  notePlace(): void {
    try {
      this.#stack = this.#guest.currentStack()
    } catch {
      // Without room for an error object there is no place to report. The guest ends in any case.
    }
  }

  /** Notes the variables at the call at which it is about to end. */
  noteVariables(): void {
    try {
      this.#variables = this.#guest.variables?.()
    } catch {
      // A value without room for its text. The guest ends in any case.
    }
  }

  /** @param asked number of its last request. @param placeOf reads a stack of the engine */
  report(asked: number, placeOf: (stack: string) => GuestPlace | undefined): DryRunReport {
    const place = this.#stack && placeOf(this.#stack)
    return {
      asked,
      unanswered: this.#unanswered,
      ...(place && { place }),
      ...(this.#variables && { variables: this.#variables }),
    }
  }
}
