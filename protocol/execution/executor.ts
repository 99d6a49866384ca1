/** The one interface of the daemon's client and of the embedded engine. */

import type { Approval, ApprovalStatus, Decision } from '../approval.ts'
import type { ToolSet } from '../tool/tool-set.ts'
import type { ToolDescriptor } from '../tool/wire-tool.ts'
import type { ExecutionEvent } from './events.ts'
import type { ExecuteRequest, WaitOptions } from './execute-request.ts'
import type { Execution, Output } from './execution.ts'
import type { Session } from './session.ts'
import type { Files, StoredFile } from './stored-file.ts'

export type { ToolLike, ToolSet } from '../tool/tool-set.ts'
export type { ExecuteRequest, OnApproval, WaitOptions } from './execute-request.ts'

type Completed = Extract<Execution, { status: 'completed' }>

/** The outcome of a program that came to its end. `T` is the type that the caller expects of it. */
export type CompletedOutcome<T = unknown> = Omit<Completed, 'output' | 'files'> & {
  /** The files that the program gave out, each with a way to its bytes. */
  readonly files: readonly StoredFile[]
  /** The value of the program, decoded: a Map is a Map. Its type is not checked. */
  readonly output: T
  /** The three forms of the output as they travelled. */
  readonly outputForms: Output
  /** The console lines, joined by newlines. */
  readonly logText: string
}

type Unfinished<E> = E extends Completed
  ? never
  : Omit<E, 'files'> & {
      /** The files that the program gave out, each with a way to its bytes. */
      readonly files: readonly StoredFile[]
      /** Absent: the program did not come to its end. */
      readonly output: undefined
      readonly outputForms?: undefined
      /** The console lines, joined by newlines. */
      readonly logText: string
    }

/**
 * An execution as an app reads it: `output` is the decoded value (a Map is a Map), beside the wire
 * form and the console text as one string. `T` is the type of the output that the caller expects;
 * it is there when `status === 'completed'`.
 */
export type Outcome<T = unknown> = CompletedOutcome<T> | Unfinished<Execution>

/** A request that is answered with the end of its execution, and not before. */
export type WholeRequest = ExecuteRequest & { readonly waitMs?: never }

/** The result of {@link Executor.run}: output, logs and whether it was a final answer. */
export interface RunResult<T = unknown> {
  /** The value of the program, of the type that the caller expects. */
  readonly output: T
  /** The console lines, joined by newlines. */
  readonly logs: string
  /** Whether the value came from `final_answer`. */
  readonly isFinal: boolean
}

/** Which approvals to list; all of them by default. */
export interface ApprovalsQuery {
  readonly status?: ApprovalStatus
  /** Approvals of one execution. */
  readonly executionId?: string
}

/** The optional parts of a decision. */
export type DecisionOptions = Omit<Decision, 'decision'>

/** The approvals that one may see and decide. */
export interface Approvals {
  /** Newest first. */
  list(query?: ApprovalsQuery): Promise<readonly Approval[]>
  /** One approval. @throws {LatchdError} `NOT_FOUND` */
  get(approvalId: string): Promise<Approval>
  /**
   * Approves the call, with the arguments of `args` if given; answers a question.
   *
   * @throws {LatchdError} `NOT_FOUND`, `ALREADY_DECIDED`, `INVALID_REQUEST` for args that do not
   *   fit
   */
  approve(approvalId: string, options?: DecisionOptions): Promise<Approval>
  /** Says no. @throws {LatchdError} `NOT_FOUND`, `ALREADY_DECIDED` */
  reject(approvalId: string, options?: Pick<DecisionOptions, 'reason'>): Promise<Approval>
}

/** One session: what its programs leave in their globals, the next one finds. */
export interface SessionHandle {
  readonly sessionId: string
  /** Files of this caller. */
  readonly files: Files
  /**
   * As {@link Executor.execute}, in this session.
   *
   * @throws {LatchdError} also `SESSION_BUSY`, and `INVALID_REQUEST` for the `sessionId` of another one
   */
  execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  /** As {@link Executor.executeOrThrow}, in this session. */
  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  /** As {@link Executor.stream}, in this session. */
  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent>
  /** As {@link Executor.run}, in this session. */
  run<T = unknown>(source: string): Promise<RunResult<T>>
  /** The state of the session. @throws {LatchdError} `NOT_FOUND` */
  info(): Promise<Session>
  /** Forgets the session with its state. */
  delete(): Promise<void>
}

/** The sessions that one may use. */
export interface Sessions {
  /** Makes an empty session. */
  create(): Promise<SessionHandle>
  /** Opens an existing session. @throws {LatchdError} `NOT_FOUND` */
  open(sessionId: string): Promise<SessionHandle>
  /** The state of a session. @throws {LatchdError} `NOT_FOUND` */
  get(sessionId: string): Promise<Session>
  /** Newest first. */
  list(): Promise<readonly Session[]>
  /** Forgets a session. @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY` while an execution runs in it */
  delete(sessionId: string): Promise<void>
}

/** Runs programs: the client of a daemon, or the engine in this process. */
export interface Executor {
  /**
   * Runs a program to its end and returns its outcome; a guest's failure is an outcome too.
   *
   * @throws {LatchdError} when the request is refused: `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`,
   *   `UNKNOWN_TOOL`, `QUEUE_FULL`, `DRAINING`; with the client also `CONNECTION_REFUSED`,
   *   `CONNECTION_LOST`, `UNAUTHENTICATED`, `FORBIDDEN`.
   */
  execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  /**
   * {@link execute} that throws the guest's failure.
   *
   * @throws {LatchdError} carrying the execution's error code.
   */
  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  /**
   * Waits for an existing execution, by its id: as {@link execute}. An executor in this process
   * knows the unfinished executions, and of ended ones those that `execute` left before their end.
   *
   * @throws {LatchdError} `NOT_FOUND`
   */
  wait<T = unknown>(executionId: string, options?: WaitOptions): Promise<Outcome<T>>
  /** Runs a program and yields its events as they happen, `execution-ended` last. */
  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent>
  /**
   * Runs a program and returns `{output, logs, isFinal}`.
   *
   * @throws {LatchdError} when the program failed.
   */
  run<T = unknown>(source: string): Promise<RunResult<T>>
  /**
   * Adds tools to every later execution of this executor; the newest of a name counts. A request
   * with its own `tools` names those that it wants.
   *
   * @throws {LatchdError} `TOOL_INVALID`
   */
  addTools(tools: ToolSet): void
  /** The tools of a program whose request names none. */
  tools(): Promise<readonly ToolDescriptor[]>
  /** The calls that wait for a person. */
  readonly approvals: Approvals
  /** Guest state that outlives executions. */
  readonly sessions: Sessions
  /** Files of this caller. */
  readonly files: Files
  /** Releases what the executor holds; executions under way are cancelled. */
  close(): Promise<void>
}
