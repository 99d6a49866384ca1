/** The sessions of a daemon: made, listed, removed, and held by one execution at a time. */

import type { GuestSession } from '../../executor/boundary/messages.ts'
import { newSessionId } from '../../executor/embedded/embedded-sessions.ts'
import { type SessionUse, sessionBusy } from '../../executor/execution/session-locks.ts'
import { within } from '../../protocol/base/within.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Session } from '../../protocol/execution/session.ts'
import type { Caller } from '../auth/caller.ts'
import type { Runtimes } from '../replay/runtimes.ts'
import type { Page } from '../store/page.ts'
import { fromCursor, toCursor } from '../store/page.ts'
import type { SessionLeaving, SessionStore, StoredSession } from '../store/store.ts'
import type { ToolboxSource } from '../tools/daemon-tools.ts'
import { admitSession } from './session-quota.ts'
import { stepOfRun } from './session-run.ts'
import { SessionTurns } from './session-turns.ts'
import type { SessionUpgrade } from './session-upgrade.ts'

/** Options of {@link SessionService}. */
export interface SessionOptions {
  /** The present tools, for the programs that a session is repeated from. */
  readonly tools: ToolboxSource
  /** Refuses one more session of an owner, when there are too many. */
  readonly admit?: (owner: string) => Promise<void>
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number
}

/** Creates, lists and deletes sessions, and gives each to one execution at a time. */
export class SessionService {
  #store: SessionStore
  /** How long an unused session stays, in milliseconds. */
  #keepMs: number
  #runtimes: Runtimes
  #upgrade: Pick<SessionUpgrade, 'bringOver'>
  #tools: ToolboxSource
  #now: () => number
  #admitOne: (owner: string) => Promise<void>
  #turns: SessionTurns

  /**
   * @param runtimes what snapshots must have to be loaded here
   * @param upgrade brings sessions of another runtime over to this one
   */
  constructor(
    store: SessionStore,
    keepMs: number,
    runtimes: Runtimes,
    upgrade: Pick<SessionUpgrade, 'bringOver'>,
    { tools, admit = async () => {}, now = Date.now }: SessionOptions,
  ) {
    this.#tools = tools
    this.#admitOne = admit
    this.#now = now
    this.#upgrade = upgrade
    this.#store = store
    this.#turns = new SessionTurns(store)
    this.#keepMs = keepMs
    this.#runtimes = runtimes
  }

  /** @throws {LatchdError} `TOKEN_LIMIT_EXCEEDED`, `SESSIONS_FULL` */
  async create(caller: Caller): Promise<Session> {
    await admitSession(this.#store, caller)
    await this.#admitOne(caller.name)
    const sessionId = newSessionId()
    await this.#store.createSession(sessionId, caller.name, this.#now())
    return await this.get(sessionId, caller)
  }

  /** @throws {LatchdError} `NOT_FOUND`, also for the session of another caller */
  async get(sessionId: string, caller: Caller): Promise<Session> {
    return this.#withExpiry((await this.find(sessionId, caller)).session)
  }

  /** As {@link get}, with what only the daemon knows. */
  async find(sessionId: string, caller: Caller): Promise<StoredSession> {
    const found = await this.#store.session(sessionId)
    if (found !== undefined && (caller.seesAll || found.owner === caller.name)) return found
    throw notFound(sessionId)
  }

  async list(
    query: { readonly after: string | undefined; readonly limit: number },
    caller: Caller,
  ): Promise<Page<Session>> {
    const owner = caller.seesAll ? undefined : caller.name
    const after = query.after === undefined ? undefined : fromCursor(query.after)
    const sessions = await this.#store.sessions({ owner, after, limit: query.limit })
    const last = sessions.at(-1)
    const isFull = last !== undefined && sessions.length === query.limit
    const place = last && { createdAtMs: last.createdAtMs, id: last.sessionId }
    return {
      data: sessions.map(session => this.#withExpiry(session)),
      ...(isFull && place && { nextCursor: toCursor(place) }),
    }
  }

  /** @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY` */
  async remove(sessionId: string, caller: Caller): Promise<void> {
    await this.find(sessionId, caller)
    if (!(await this.#store.removeSession(sessionId))) throw sessionBusy(sessionId)
  }

  /**
   * Checks that an execution may use a session. Holds the session for it, unless the execution may
   * wait.
   *
   * @returns the tools that the session has approved already
   * @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY`, `SNAPSHOT_INCOMPATIBLE`,
   *   `TOKEN_LIMIT_EXCEEDED`
   */
  async admit(
    { sessionId, executionId }: SessionUse,
    isQueued: boolean,
    caller: Caller,
  ): Promise<readonly string[]> {
    const use = { sessionId, executionId }
    const { remembered, runtime } = await this.find(sessionId, caller)
    await admitSession(this.#store, caller)
    if (runtime !== undefined && runtime !== this.#present(runtime)) {
      await this.#bringOver(sessionId, runtime)
    }
    if (!isQueued && !(await this.#turns.take(use))) throw notFound(sessionId)
    return remembered
  }

  /**
   * Waits for the execution's turn.
   *
   * @param left ends the wait when aborted: then the session is not held
   * @returns `undefined` when it is its turn already
   */
  wait(use: SessionUse, left: AbortSignal): Promise<void> | undefined {
    return this.#turns.wait(use, left)
  }

  /** The store has given the session to an execution that this daemon has claimed. */
  took(use: SessionUse): void {
    this.#turns.took(use)
  }

  /** The execution has ended, and the store knows it. */
  release(use: SessionUse): void {
    this.#turns.release(use)
  }

  /** An execution of another daemon has let go of a session. */
  freed(sessionId: string): void {
    this.#turns.freed(sessionId)
  }

  /** The execution has left this process, and goes on from the store. */
  left(use: SessionUse): void {
    this.#turns.left(use)
  }

  /** The execution was never taken. */
  async abandon(use: SessionUse): Promise<void> {
    await this.#turns.abandon(use)
  }

  /**
   * Brings a session over at once.
   *
   * @throws {LatchdError} `SNAPSHOT_INCOMPATIBLE`, `SESSION_BUSY`
   */
  async #bringOver(sessionId: string, runtime: string): Promise<void> {
    const upgraded = this.#upgrade.bringOver(sessionId)
    const reason = await within(upgraded, MAX_UPGRADE_WAIT_MS, () => {
      const message = `Cannot use session ${sessionId}: it is being brought over to this version`
      throw new LatchdError('SESSION_BUSY', message)
    })
    if (reason !== undefined) throw incompatible(sessionId, runtime, this.#present(runtime), reason)
  }

  /**
   * Makes a session fit this runtime, however long it takes.
   *
   * @throws {LatchdError} `SNAPSHOT_INCOMPATIBLE`
   */
  async fit(sessionId: string): Promise<void> {
    const { runtime } = (await this.#store.session(sessionId)) ?? {}
    if (runtime === undefined || runtime === this.#present(runtime)) return
    const reason = await this.#upgrade.bringOver(sessionId)
    if (reason !== undefined) throw incompatible(sessionId, runtime, this.#present(runtime), reason)
  }

  /**
   * The session as its next execution gets it.
   *
   * @param isWhole whether the name of its state does not do
   * @throws {LatchdError} `SNAPSHOT_INCOMPATIBLE`
   */
  async open(sessionId: string, isWhole: boolean): Promise<GuestSession> {
    let kept = await this.#store.snapshot(sessionId, !isWhole)
    if (kept !== undefined && kept.runtime !== this.#present(kept.runtime)) {
      await this.fit(sessionId)
      kept = await this.#store.snapshot(sessionId, !isWhole)
    }
    const { bytes: snapshot, since = [], state, steps = 0 } = kept ?? {}
    const named = { ...(state !== undefined && { state }), stepsSince: steps }
    if (state !== undefined && !isWhole) return { ...named, snapshot, isNameOnly: true }
    return { ...named, snapshot, since: since.map(run => stepOfRun(run, this.#tools.current)) }
  }

  /** The runtime that a state must have to be loaded here, of the engine that has made it. */
  #present(runtime: string): string {
    return this.#runtimes.like(runtime).snapshot
  }

  /**
   * Stores the session state after an execution that is not durable, which lets go of the session.
   *
   * @param left absent: unchanged
   */
  async save(
    sessionId: string,
    executionId: string,
    left: SessionLeaving | undefined,
  ): Promise<void> {
    await this.#store.saveSnapshot(sessionId, executionId, left, this.#now())
  }

  #withExpiry(session: Session): Session {
    return { ...session, expiresAtMs: session.lastUsedAtMs + this.#keepMs }
  }
}

function notFound(sessionId: string): LatchdError {
  return new LatchdError('NOT_FOUND', `There is no session ${sessionId}`)
}

/** A request for a session that is being brought over waits this long. */
const MAX_UPGRADE_WAIT_MS = 10_000

function incompatible(
  sessionId: string,
  theirs: string,
  ours: string,
  reason: string,
): LatchdError {
  return new LatchdError(
    'SNAPSHOT_INCOMPATIBLE',
    `Cannot use session ${sessionId}: its state was kept by ${theirs}, this is ${ours}, and it cannot be brought over: ${reason}`,
  )
}
