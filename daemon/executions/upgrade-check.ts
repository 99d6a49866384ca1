/**
 * Lets an execution go on under another runtime than its first one only if that repeats it. The dry run
 * shows what an engine does differently, before the program goes on.
 */

import { type DryRunDependencies, dryRunReplay } from '../replay/replay.ts'
import type { Runtimes } from '../replay/runtimes.ts'
import { runtimeOf } from '../replay/stored-plan.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { StuckError } from '../store/recovery-facts.ts'
import type { ClaimedExecution } from '../store/store.ts'

/** Executions that did not diverge, so that each of their parks costs one dry run only. */
const MAX_KNOWN = 10_000

/** Dry-runs executions of another runtime, and remembers those that this runtime repeats. */
export class UpgradeCheck {
  #deps: DryRunDependencies
  #runtimes: Runtimes
  #sessions: Pick<SessionService, 'open'>
  #clean = new Set<string>()

  /** @param runtimes what executions run on now */
  constructor(
    deps: DryRunDependencies,
    runtimes: Runtimes,
    sessions: Pick<SessionService, 'open'>,
  ) {
    this.#deps = deps
    this.#runtimes = runtimes
    this.#sessions = sessions
  }

  /** Whether an execution must be dry-run under this runtime before it resumes. */
  isNeeded(claimed: ClaimedExecution): boolean {
    if (claimed.startedAtMs === undefined || this.#clean.has(claimed.executionId)) return false
    return runtimeOf(claimed) !== this.#runtimes.for(claimed).replay
  }

  /**
   * How this runtime takes another path; `undefined` when it does not.
   *
   * @throws {Error} the worker was lost, or the pool is closed
   */
  async divergenceOf(claimed: ClaimedExecution): Promise<StuckError | undefined> {
    const { executionId, sessionId } = claimed
    const session = sessionId === undefined ? undefined : await this.#sessions.open(sessionId, true)
    const { divergence } = await dryRunReplay(claimed, this.#deps, { session, isResume: true })
    if (divergence === undefined) {
      if (this.#clean.size >= MAX_KNOWN) this.#clean.clear()
      this.#clean.add(executionId)
      return undefined
    }
    const message = `${divergence.message} (it began on ${runtimeOf(claimed)}; this is ${this.#runtimes.for(claimed).replay})`
    return { ...divergence, code: 'NONDETERMINISM', message }
  }
}
