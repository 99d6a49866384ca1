import type { Executor, SessionHandle, Sessions } from '../protocol/execution/executor.ts'
import type { Session } from '../protocol/execution/session.ts'
import { ExecutorSession } from '../protocol/execution/session-handle.ts'
import type { Connection } from './http.ts'
import { allPages } from './pages.ts'

/** The sessions of a daemon. */
export class ClientSessions implements Sessions {
  readonly #connection: Connection
  readonly #executor: Executor

  /** @param executor what runs the programs of a session */
  constructor(connection: Connection, executor: Executor) {
    this.#connection = connection
    this.#executor = executor
  }

  async create(): Promise<SessionHandle> {
    const { sessionId } = await this.#connection.json<Session>('POST', '/v1/sessions')
    return new ExecutorSession(this.#executor, sessionId)
  }

  async open(sessionId: string): Promise<SessionHandle> {
    await this.get(sessionId)
    return new ExecutorSession(this.#executor, sessionId)
  }

  get(sessionId: string): Promise<Session> {
    return this.#connection.json('GET', pathOf(sessionId))
  }

  list(): Promise<readonly Session[]> {
    return allPages(this.#connection, '/v1/sessions')
  }

  async delete(sessionId: string): Promise<void> {
    await this.#connection.send('DELETE', pathOf(sessionId))
  }
}

const pathOf = (sessionId: string) => `/v1/sessions/${encodeURIComponent(sessionId)}`
