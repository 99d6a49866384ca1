/**
 * Brings sessions over to another engine or prelude, whose memory their snapshots do not fit: dry
 * runs repeat the session's executions from their journals.
 *
 * This happens in the background after a start, the last used session first, and at once for a
 * session that a caller wants to use. A session that cannot be repeated stays as it is, for the
 * version that wrote it. Here it is refused, with the reason.
 */

import type { Logger } from '../log/log.ts'
import { type DryRunDependencies, dryRunReplay } from '../replay/replay.ts'
import type { Runtimes } from '../replay/runtimes.ts'
import type { SessionSnapshot, SessionStore } from '../store/store.ts'
import { differenceOf, readSessionRun } from './session-run.ts'

/** What {@link SessionUpgrade} works with. */
export interface SessionUpgradeDependencies {
  readonly store: Pick<
    SessionStore,
    'outdatedSessions' | 'session' | 'sessionRuns' | 'replaceSnapshot'
  >
  readonly dryRuns: DryRunDependencies
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** The runtimes that snapshots must have to be loaded here. */
  readonly runtimes: Runtimes
}

/** The time for all dry runs of a session together: after it the session is not brought over. */
const MAX_REPEAT_MS = 60_000
/** Sessions in one request to the store. */
const MAX_LISTED = 100

/** Rebuilds the snapshots of sessions that another runtime has made, by dry runs. */
export class SessionUpgrade {
  #deps: SessionUpgradeDependencies
  #underWay = new Map<string, Promise<string | undefined>>()
  /** The reasons of the sessions that could not be brought over. */
  #lost = new Map<string, string>()
  #stopped = new AbortController()
  #background: Promise<void> = Promise.resolve()

  constructor(deps: SessionUpgradeDependencies) {
    this.#deps = deps
  }

  /** Brings over the sessions of an earlier version, one after the other. */
  start(): void {
    this.#background = this.#all().catch(error => {
      if (this.#stopped.signal.aborted) return
      this.#deps.log.warn({ err: error }, 'sessions were not brought over; each is when it is used')
    })
  }

  /** Begins nothing more; resolves when the work under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('The daemon is stopping'))
    await Promise.allSettled([this.#background, ...this.#underWay.values()])
  }

  /**
   * Brings a session over whose snapshot was made by another runtime.
   *
   * @returns why it cannot be brought over; `undefined` when it is done
   */
  bringOver(sessionId: string): Promise<string | undefined> {
    const lost = this.#lost.get(sessionId)
    if (lost !== undefined) return Promise.resolve(lost)
    const underWay = this.#underWay.get(sessionId) ?? this.#bringOver(sessionId)
    this.#underWay.set(sessionId, underWay)
    return underWay
  }

  async #all(): Promise<void> {
    const { store, runtimes } = this.#deps
    const tried = new Set<string>()
    for (;;) {
      const listed = await store.outdatedSessions(runtimes.main.snapshot, MAX_LISTED + tried.size)
      const next = listed.filter(sessionId => !tried.has(sessionId))
      if (next.length === 0) return
      for (const sessionId of next) {
        if (this.#stopped.signal.aborted) return
        tried.add(sessionId)
        // Sessions of an engine that may never run here are upgraded when they are used.
        const { runtime = '' } = (await store.session(sessionId)) ?? {}
        if (!runtimes.isMain(runtime)) continue
        await this.bringOver(sessionId)
      }
    }
  }

  async #bringOver(sessionId: string): Promise<string | undefined> {
    const { log } = this.#deps
    try {
      const reason = await this.#repeat(sessionId)
      if (reason === undefined) {
        log.info({ sessionId }, 'session brought over to this version')
        return undefined
      }
      log.warn({ sessionId, reason }, 'session is lost to this version')
      this.#lost.set(sessionId, reason)
      return reason
    } finally {
      this.#underWay.delete(sessionId)
    }
  }

  async #repeat(sessionId: string): Promise<string | undefined> {
    const { store, runtimes } = this.#deps
    const [session, runs] = await Promise.all([
      store.session(sessionId),
      store.sessionRuns(sessionId),
    ])
    const before = session?.runtime
    if (before === undefined) return undefined
    const { snapshot: runtime } = runtimes.like(before)
    if (before === runtime) return undefined
    if (runs === undefined) return 'what it came from was not kept, or was too much to keep'
    const { signal } = this.#stopped
    const timedOut = AbortSignal.timeout(MAX_REPEAT_MS)
    try {
      const snapshot = await this.#repeatAll(runs, runtime, AbortSignal.any([signal, timedOut]))
      if (typeof snapshot === 'string') return snapshot
      await store.replaceSnapshot(sessionId, before, snapshot)
      return undefined
    } catch (error) {
      if (timedOut.aborted) return `to repeat its executions takes longer than ${MAX_REPEAT_MS} ms`
      throw error
    }
  }

  /** The state after all runs, or why there is none. */
  async #repeatAll(
    runs: readonly Uint8Array[],
    runtime: string,
    signal: AbortSignal,
  ): Promise<SessionSnapshot | string> {
    const { dryRuns } = this.#deps
    let bytes: Uint8Array | undefined
    for (const written of runs) {
      const run = readSessionRun(written)
      const { executionId } = run.claimed
      const options = { session: { snapshot: bytes }, leavesSession: true, signal } as const
      const report = await dryRunReplay(run.claimed, dryRuns, options)
      const why = report.divergence?.message ?? differenceOf(run, report)
      if (why !== undefined) return `execution ${executionId} takes another path here: ${why}`
      bytes = report.snapshot
      if (bytes === undefined) return `execution ${executionId} leaves no state here`
    }
    return bytes === undefined ? 'it has no state' : { bytes, runtime }
  }
}
