/** The executions of an app's own process, which can be waited for by their id. */

import { within } from '../../protocol/base/within.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { EndedExecution, Execution, WaitingFor } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import type { RunningExecution } from '../execution/execution.ts'
import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { KeepingBounds } from '../store/memory-executions.ts'
import type { MemoryStore } from '../store/memory-store.ts'

/** Bounds of the ended executions whose caller left before the end: the latest are kept. */
export const keptLeft: KeepingBounds = {
  keepMs: Number.POSITIVE_INFINITY,
  executions: 1000,
  bytes: Number.POSITIVE_INFINITY,
}

/** An execution that is under way. */
export class KnownExecution {
  readonly plan: ExecutionPlan
  readonly running: RunningExecution
  /** Settles when it has ended. */
  readonly ended: Promise<EndedExecution>
  /** Whether the app answers its approvals, so that it goes on by itself. */
  readonly isAnswered: boolean
  /** Whether a caller has left it before its end, and may come back. */
  isLeft = false
  #rest = Promise.withResolvers<void>()

  constructor(
    plan: ExecutionPlan,
    running: RunningExecution,
    ended: Promise<EndedExecution>,
    isAnswered: boolean,
  ) {
    this.plan = plan
    this.running = running
    this.ended = ended
    this.isAnswered = isAnswered
    // The caller that awaits it first gets the error.
    ended.catch(() => {})
  }

  /** The execution was parked. */
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
    await within(Promise.race([this.ended, this.#rest.promise]), waitMs, () => {})
  }

  /** The execution as it stands, for a caller that leaves now. */
  leave(): Execution {
    const execution = this.running.read()
    this.isLeft ||= !isEnded(execution)
    return execution
  }
}

/**
 * The executions of one embedded executor: those that run, and in its store the latest that their
 * caller left.
 */
export class KnownExecutions {
  #going = new Map<string, KnownExecution>()
  #store: MemoryStore

  constructor(store: MemoryStore) {
    this.#store = store
  }

  add(known: KnownExecution): KnownExecution {
    const { executionId, source, language } = known.plan
    this.#going.set(executionId, known)
    this.#store.executions.submit({
      executionId,
      owner: LOCAL_CALLER,
      program: { source, language },
      read: () => known.running.read(),
    })
    const end = (isKept: boolean) => {
      this.#going.delete(executionId)
      if (!isKept) this.#store.executions.remove(executionId)
    }
    known.ended.then(
      execution => {
        this.#store.finish(execution)
        end(known.isLeft)
      },
      () => {
        this.#store.approvals.expireOf(executionId, Date.now())
        end(false)
      },
    )
    return known
  }

  /** Takes an event of any of them. */
  see(event: ExecutionEvent): void {
    if (event.type === 'execution-parked') this.#going.get(event.executionId)?.see(event.waitingFor)
  }

  /** The executions under way. */
  get going(): Iterable<KnownExecution> {
    return this.#going.values()
  }

  /** @throws {LatchdError} `NOT_FOUND`, also for one whose caller waited for its end */
  find(executionId: string): KnownExecution | Execution {
    const found = this.#going.get(executionId) ?? this.#store.executions.get(executionId)?.execution
    if (found !== undefined) return found
    throw new LatchdError('NOT_FOUND', `There is no execution ${executionId}`)
  }
}
