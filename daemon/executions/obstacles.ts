/** Checks a stored execution before it runs: what keeps it from going on in this process. */

import { LatchdError } from '../../protocol/errors.ts'
import type { DryRunDependencies } from '../replay/replay.ts'
import type { Runtimes } from '../replay/runtimes.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { StuckError } from '../store/recovery-facts.ts'
import type { ClaimedExecution } from '../store/store.ts'
import { UpgradeCheck } from './upgrade-check.ts'

/** What {@link Obstacles} works with. */
export interface ObstacleDependencies extends DryRunDependencies {
  readonly sessions: Pick<SessionService, 'fit' | 'open'>
  /** The runtimes of this process. */
  readonly runtimes: Runtimes
}

/** Looks at executions before they resume. */
export class Obstacles {
  #sessions: ObstacleDependencies['sessions']
  #upgrades: UpgradeCheck
  #onFault: (error: unknown, executionId: string) => void

  /** @param onFault called when a check has failed, which proves nothing about the execution */
  constructor(deps: ObstacleDependencies, onFault: (error: unknown, executionId: string) => void) {
    const { sessions, runtimes } = deps
    this.#sessions = sessions
    this.#upgrades = new UpgradeCheck(deps, runtimes, sessions)
    this.#onFault = onFault
  }

  /** Why an execution cannot go on; `undefined` when it can. */
  async of(claimed: ClaimedExecution): Promise<StuckError | undefined> {
    const { sessionId } = claimed
    const loss = sessionId === undefined ? undefined : await this.#sessionLoss(sessionId)
    if (loss !== undefined) return loss
    return this.#upgrades.isNeeded(claimed) ? await this.#divergence(claimed) : undefined
  }

  /** Why this runtime cannot use a session. */
  async #sessionLoss(sessionId: string): Promise<StuckError | undefined> {
    try {
      await this.#sessions.fit(sessionId)
      return undefined
    } catch (error) {
      if (!(error instanceof LatchdError && error.code === 'SNAPSHOT_INCOMPATIBLE')) throw error
      const { code, message } = error
      return { code: code as 'SNAPSHOT_INCOMPATIBLE', name: 'SnapshotIncompatible', message }
    }
  }

  /** How an execution of another runtime would take another path here. */
  async #divergence(claimed: ClaimedExecution): Promise<StuckError | undefined> {
    try {
      return await this.#upgrades.divergenceOf(claimed)
    } catch (error) {
      // A lost worker says nothing about the path: the execution itself will show it.
      this.#onFault(error, claimed.executionId)
      return undefined
    }
  }
}
