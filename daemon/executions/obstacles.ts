/** Why an execution of the store cannot go on under this runtime. */

import { LatchdError } from '../../protocol/errors.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { StuckError } from '../store/recovery-facts.ts'
import type { ClaimedExecution } from '../store/store.ts'
import type { UpgradeCheck } from './upgrade-check.ts'

/** What {@link Obstacles} works with. */
export interface ObstaclesDependencies {
  readonly sessions: Pick<SessionService, 'fit'>
  readonly upgrades: UpgradeCheck
  /** Called when it could not be seen whether an execution would take another path. */
  readonly onFault: (error: unknown, executionId: string) => void
}

/** Looks at executions before they go on. */
export class Obstacles {
  #deps: ObstaclesDependencies

  constructor(deps: ObstaclesDependencies) {
    this.#deps = deps
  }

  /** The error that makes an execution stuck; `undefined`: it can go on. */
  async of(claimed: ClaimedExecution): Promise<StuckError | undefined> {
    return (await this.#sessionLoss(claimed)) ?? (await this.#divergence(claimed))
  }

  /** Why this runtime cannot use the session of an execution; `undefined` when it can. */
  async #sessionLoss({ sessionId }: ClaimedExecution): Promise<StuckError | undefined> {
    if (sessionId === undefined) return undefined
    try {
      await this.#deps.sessions.fit(sessionId)
      return undefined
    } catch (error) {
      if (!(error instanceof LatchdError && error.code === 'SNAPSHOT_INCOMPATIBLE')) throw error
      const { code, message } = error
      return { code: code as 'SNAPSHOT_INCOMPATIBLE', name: 'SnapshotIncompatible', message }
    }
  }

  /** How an execution of another runtime would take another path here; `undefined`: it does not. */
  async #divergence(claimed: ClaimedExecution): Promise<StuckError | undefined> {
    const { upgrades, onFault } = this.#deps
    if (!upgrades.isNeeded(claimed)) return undefined
    try {
      return await upgrades.divergenceOf(claimed)
    } catch (error) {
      // A lost worker says nothing about the path: the execution itself will show it.
      onFault(error, claimed.executionId)
      return undefined
    }
  }
}
