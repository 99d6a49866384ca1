/** What a code tool has begun at its executor: a session, and programs that have not ended. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Executor, Outcome, SessionHandle } from '../../protocol/execution/executor.ts'

/** How a code tool is closed. */
export interface CloseOptions {
  /**
   * `true`: also cancels the programs that a call has left before their end, such as those that wait for
   * a person.
   */
  readonly cancel?: boolean
}

/** The session of a code tool, and the programs that the model may still go on with. */
export class OwnPrograms {
  readonly #executor: Executor
  readonly #prepare: (session: SessionHandle) => Promise<unknown>
  readonly #left = new Set<string>()
  #session: Promise<SessionHandle> | undefined

  /** @param prepare called with a new session before its first program */
  constructor(executor: Executor, prepare: (session: SessionHandle) => Promise<unknown>) {
    this.#executor = executor
    this.#prepare = prepare
  }

  /** The session; begins one when there is none. */
  async session(): Promise<SessionHandle> {
    this.#session ??= this.#begin()
    try {
      return await this.#session
    } catch (error) {
      // The next program tries again.
      this.#session = undefined
      throw error
    }
  }

  async #begin(): Promise<SessionHandle> {
    const session = await this.#executor.sessions.create()
    try {
      await this.#prepare(session)
      return session
    } catch (error) {
      await session.delete().catch(() => {
        // An executor that is away forgets it in time; its error is the one that was thrown.
      })
      throw error
    }
  }

  /** A call has read a program as it stands. */
  see(outcome: Outcome): void {
    if ('endedAtMs' in outcome) this.#left.delete(outcome.executionId)
    else this.#left.add(outcome.executionId)
  }

  /**
   * Deletes the session. When that is not possible now, it can be closed again.
   *
   * @throws {LatchdError} `SESSION_BUSY` while a program of it goes on or waits
   */
  async close({ cancel = false }: CloseOptions): Promise<void> {
    if (cancel) await Promise.all(Array.from(this.#left, id => this.#cancel(id)))
    const session = this.#session
    this.#session = undefined
    try {
      await session?.then(handle => handle.delete())
    } catch (error) {
      this.#session ??= session
      throw error
    }
  }

  async #cancel(executionId: string): Promise<void> {
    try {
      await this.#executor.wait(executionId, { signal: AbortSignal.abort() })
    } catch (error) {
      // An execution that has ended since need not be known any more.
      if (!(error instanceof LatchdError && error.code === 'NOT_FOUND')) throw error
    }
    this.#left.delete(executionId)
  }
}
