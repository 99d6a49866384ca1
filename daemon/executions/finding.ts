/** Finds an execution wherever it is: in memory, in the store, or in the memory of another daemon. */

import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Execution, ExecutionSource } from '../../protocol/execution/execution.ts'
import { type ParentCall, parentCallOf } from '../../protocol/execution/parent-call.ts'
import { isOver } from '../../protocol/execution/status.ts'
import type { Caller } from '../auth/caller.ts'
import type { Store, StoredExecution } from '../store/store.ts'
import type { ActiveExecutions } from './active.ts'
import type { OtherDaemons } from './other-daemons.ts'
import { readActive } from './resting-place.ts'

/** Where executions are looked for. */
export interface FindingPlaces {
  readonly memory: Pick<MemoryExecutions, 'get' | 'source'>
  readonly store: Pick<Store, 'get' | 'source' | 'approvals'>
  readonly others?: OtherDaemons | undefined
}

/** Finds the executions of callers. */
export class Finding {
  #places: FindingPlaces
  #active: Pick<ActiveExecutions, 'get'>

  constructor(places: FindingPlaces, active: Pick<ActiveExecutions, 'get'>) {
    this.#places = places
    this.#active = active
  }

  /**
   * An execution as it stands.
   *
   * @throws {LatchdError} `NOT_FOUND`, also for the execution of another caller; `PEER_UNAVAILABLE`
   */
  async find(executionId: string, caller: Caller): Promise<StoredExecution> {
    const live = this.#active.get(executionId)
    // An end is visible when it is stored, with its session; on a full disk the execution runs.
    const isStored = live?.writer.isDurable || live?.plan.sessionId !== undefined
    if (live && isStored && isOver(live.running.read())) {
      await Promise.race([live.settled, live.writer.lacksRoom()])
    }
    const found =
      this.#active.get(executionId) === live && live
        ? { owner: live.writer.owner, execution: readActive(live) }
        : await this.#findAway(executionId)
    if (found !== undefined && (caller.seesAll || found.owner === caller.name)) return found
    throw notFound(executionId)
  }

  async #findAway(executionId: string): Promise<StoredExecution | undefined> {
    const { memory, store, others } = this.#places
    const kept = memory.get(executionId)
    if (kept !== undefined) return kept
    const found = await store.get(executionId)
    if (others === undefined) return found
    if (found !== undefined) {
      const { owner, execution } = found
      if (isOver(execution) || execution.status === 'queued') return found
      return { owner, execution: (await others.live(executionId)) ?? execution }
    }
    // It may have become durable between the two looks.
    return (await others.get(executionId)) ?? (await store.get(executionId))
  }

  /** The source of an execution. @throws {LatchdError} as {@link find} */
  async source(executionId: string, caller: Caller): Promise<ExecutionSource> {
    const { memory, store, others } = this.#places
    await this.find(executionId, caller)
    const program =
      this.#active.get(executionId)?.plan ??
      memory.source(executionId) ??
      (await store.source(executionId)) ??
      (await others?.source(executionId))
    if (program === undefined) throw notFound(executionId)
    const { source, language } = program
    return { executionId, source, language }
  }

  /** The call that began an execution; `undefined`: none, or the execution is not there. */
  async parentOf(executionId: string, caller: Caller): Promise<ParentCall | undefined> {
    const live = this.#active.get(executionId)
    if (live !== undefined) return parentCallOf(live.plan.metadata)
    try {
      return parentCallOf((await this.find(executionId, caller)).execution.metadata)
    } catch (error) {
      if (error instanceof LatchdError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** Whether nothing happens to an execution until a person acts. */
  async isResting(execution: Execution): Promise<boolean> {
    if (execution.status !== 'waiting') return isOver(execution)
    const named = execution.waitingFor.flatMap(({ approvalId }) => approvalId ?? [])
    if (named.length === 0) return false
    // An execution with a decision is about to resume, whatever else it waits for.
    const pending = await this.#places.store.approvals({
      executionId: execution.executionId,
      status: 'pending',
      owner: undefined,
      after: undefined,
      limit: named.length + 1,
    })
    const ids = new Set(pending.map(({ approvalId }) => approvalId))
    return named.every(approvalId => ids.has(approvalId))
  }
}

function notFound(executionId: string): LatchdError {
  return new LatchdError('NOT_FOUND', `There is no execution ${executionId}`)
}
