/** The executions of an app's own process, which can be waited for by their id. */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { EndedExecution, Execution, WaitingFor } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import type { RunningExecution } from '../execution/execution.ts'

/** How many ended executions are kept: the latest whose caller left before the end. */
const KEEP = 1000

/** An execution that is under way. */
export class KnownExecution {
  readonly running: RunningExecution
  /** Settles when it has ended. */
  readonly ended: Promise<EndedExecution>
  /** Whether the app answers its approvals, so that it goes on by itself. */
  readonly isAnswered: boolean
  /** Whether a caller has left it before its end, and may come back. */
  isLeft = false
  #rest = Promise.withResolvers<void>()

  constructor(running: RunningExecution, ended: Promise<EndedExecution>, isAnswered: boolean) {
    this.running = running
    this.ended = ended
    this.isAnswered = isAnswered
    // The caller that awaits it first gets the error.
    ended.catch(() => {})
  }

  /** It was parked. */
  see(waitingFor: readonly WaitingFor[]): void {
    if (this.isAnswered || !waitingFor.some(({ approvalId }) => approvalId !== undefined)) return
    this.#rest.resolve()
    this.#rest = Promise.withResolvers()
  }

  /**
   * Resolves when it has ended. With `waitMs` it also resolves after that time, or when the
   * execution comes to wait for a person.
   */
  async settled(waitMs: number | undefined): Promise<void> {
    if (waitMs === undefined) {
      await this.ended
      return
    }
    const late = Promise.withResolvers<void>()
    const disarm = setLongTimeout(late.resolve, waitMs)
    await Promise.race([this.ended, this.#rest.promise, late.promise]).finally(disarm)
  }

  /** The execution as it stands, for a caller that leaves now. */
  leave(): Execution {
    const execution = this.running.read()
    this.isLeft ||= !isEnded(execution)
    return execution
  }
}

/**
 * The executions of one embedded executor: those that run, and the latest that their caller left.
 */
export class KnownExecutions {
  #going = new Map<string, KnownExecution>()
  /** Oldest first. */
  #ended = new Map<string, EndedExecution>()

  add(known: KnownExecution): KnownExecution {
    const { executionId } = known.running.read()
    this.#going.set(executionId, known)
    const forget = () => this.#going.delete(executionId)
    known.ended.then(execution => {
      if (known.isLeft) this.#keep(execution)
      forget()
    }, forget)
    return known
  }

  /** Takes an event of any of them. */
  see(event: ExecutionEvent): void {
    if (event.type === 'execution-parked') this.#going.get(event.executionId)?.see(event.waitingFor)
  }

  /** Those under way. */
  get going(): Iterable<KnownExecution> {
    return this.#going.values()
  }

  /** @throws {LatchdError} `NOT_FOUND`, also for one whose caller waited for its end */
  find(executionId: string): KnownExecution | EndedExecution {
    const found = this.#going.get(executionId) ?? this.#ended.get(executionId)
    if (found !== undefined) return found
    throw new LatchdError('NOT_FOUND', `There is no execution ${executionId}`)
  }

  #keep(execution: EndedExecution): void {
    this.#ended.set(execution.executionId, execution)
    for (const executionId of this.#ended.keys()) {
      if (this.#ended.size <= KEEP) return
      this.#ended.delete(executionId)
    }
  }
}
