import type { ExecutionEvent } from './events.ts'
import type {
  CompletedOutcome,
  ExecuteRequest,
  Executor,
  Outcome,
  RunResult,
  SessionHandle,
  WholeRequest,
} from './executor.ts'
import { toRunResult } from './outcome.ts'
import type { Session } from './session.ts'
import type { Files } from './stored-file.ts'

/** A session of any executor: its executions carry the session's id. */
export class ExecutorSession implements SessionHandle {
  readonly sessionId: string
  #executor: Executor

  constructor(executor: Executor, sessionId: string) {
    this.#executor = executor
    this.sessionId = sessionId
  }

  get files(): Files {
    return this.#executor.files
  }

  execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>> {
    return this.#executor.execute({ ...request, sessionId: this.sessionId })
  }

  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  executeOrThrow<T>(request: ExecuteRequest): Promise<Outcome<T>> {
    return this.#executor.executeOrThrow({ ...request, sessionId: this.sessionId })
  }

  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent> {
    return this.#executor.stream({ ...request, sessionId: this.sessionId })
  }

  async run<T = unknown>(source: string): Promise<RunResult<T>> {
    return toRunResult(await this.execute<T>({ source }))
  }

  info(): Promise<Session> {
    return this.#executor.sessions.get(this.sessionId)
  }

  delete(): Promise<void> {
    return this.#executor.sessions.delete(this.sessionId)
  }
}
