import type { ExecutionEvent } from './events.ts'
import type { ExecuteRequest, Executor, Outcome, RunResult, SessionHandle } from './executor.ts'
import type { Session } from './session.ts'

/** A session of any executor: its executions carry the session's id. */
export class ExecutorSession implements SessionHandle {
  readonly sessionId: string
  #executor: Executor

  constructor(executor: Executor, sessionId: string) {
    this.#executor = executor
    this.sessionId = sessionId
  }

  execute(request: ExecuteRequest): Promise<Outcome> {
    return this.#executor.execute({ ...request, sessionId: this.sessionId })
  }

  executeOrThrow(request: ExecuteRequest): Promise<Outcome> {
    return this.#executor.executeOrThrow({ ...request, sessionId: this.sessionId })
  }

  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent> {
    return this.#executor.stream({ ...request, sessionId: this.sessionId })
  }

  async run(source: string): Promise<RunResult> {
    const { output, logText, ...rest } = await this.executeOrThrow({ source })
    return { output, logs: logText, isFinal: 'isFinalAnswer' in rest && rest.isFinalAnswer }
  }

  info(): Promise<Session> {
    return this.#executor.sessions.get(this.sessionId)
  }

  delete(): Promise<void> {
    return this.#executor.sessions.delete(this.sessionId)
  }
}
