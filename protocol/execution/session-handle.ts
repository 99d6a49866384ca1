import { LatchdError } from '../errors.ts'
import { checkRequest } from './check-request.ts'
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

  async execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>> {
    return await this.#executor.execute(this.#here(request))
  }

  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  async executeOrThrow<T>(request: ExecuteRequest): Promise<Outcome<T>> {
    return await this.#executor.executeOrThrow(this.#here(request))
  }

  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent> {
    return this.#executor.stream(this.#here(request))
  }

  /** A request as one of this session. @throws {LatchdError} `INVALID_REQUEST` for another one's */
  #here(request: ExecuteRequest): ExecuteRequest {
    checkRequest(request)
    const { sessionId } = this
    if (request.sessionId === undefined || request.sessionId === sessionId) {
      return { ...request, sessionId }
    }
    const detail = `the session is ${sessionId}, and cannot run a program of ${JSON.stringify(request.sessionId)}`
    throw new LatchdError('INVALID_REQUEST', `Cannot read the request: /sessionId: ${detail}`, {
      errors: [{ pointer: '/sessionId', detail }],
    })
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
