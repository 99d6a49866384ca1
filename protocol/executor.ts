/** The one interface of the daemon's client and of the embedded engine. */

import type { Approval, ApprovalStatus, Decision } from './approval.ts'
import type { ExecutionEvent } from './events.ts'
import type { ExecuteBodyInput, Execution, Output } from './execution.ts'
import type { Session } from './session.ts'
import type { ToolDefinition, ToolDescriptor } from './tool.ts'

/** Tools as apps hold them: a list, a record whose keys are the names, or names of tools known there. */
export type ToolSet = ReadonlyArray<ToolLike | string> | Readonly<Record<string, ToolLike>>

/**
 * Anything that is accepted as a tool: our own definition, an AI SDK tool, an OpenAI Agents tool, an
 * openai `zodFunction`, an object with `name` and `forward`, or a plain function.
 */
export type ToolLike = ToolDefinition<never> | ((...args: never[]) => unknown) | object

/** Answers an approval as it is asked for; nothing: it goes on waiting for somebody else. */
export type OnApproval = (
  approval: Approval,
) => Decision | undefined | Promise<Decision | undefined>

/** What to execute. */
export interface ExecuteRequest
  extends Omit<ExecuteBodyInput, 'tools' | 'clientTools' | 'inputs' | 'encodedInputs' | 'waitMs'> {
  /** Answers the approvals of this execution; one that throws leaves its approval pending. */
  readonly onApproval?: OnApproval
  /**
   * Sent to a daemon as `Idempotency-Key`: the same key and request give the same execution, so that
   * a request whose answer was lost can be sent again. An executor in this process refuses it.
   */
  readonly idempotencyKey?: string
  /** What the guest may see; everything that the executor has when absent. */
  readonly tools?: ToolSet
  /** Values that the guest finds in `inputs` and as globals; exact kinds (Map, Date …) cross. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Cancels the execution when aborted. */
  readonly signal?: AbortSignal
  /** Milliseconds after which to resolve with the execution as it stands. */
  readonly waitMs?: number
}

/** How long to wait for an execution that is there. */
export type WaitOptions = Pick<ExecuteRequest, 'waitMs' | 'signal'>

type WithoutOutput<T> = T extends unknown ? Omit<T, 'output'> : never

/**
 * An execution as an app reads it: `output` is the decoded value (a Map is a Map), and beside it
 * stand the wire form and the console text as one string.
 */
export type Outcome = WithoutOutput<Execution> & {
  /** The value that the program gave; `undefined` unless `status` is `completed`. */
  readonly output: unknown
  /** The three forms of the output as they travelled; absent unless `status` is `completed`. */
  readonly outputForms?: Output
  /** The console lines, joined by newlines. */
  readonly logText: string
}

/** What {@link Executor.run} gives: output, logs and whether it was a final answer. */
export interface RunResult {
  readonly output: unknown
  readonly logs: string
  readonly isFinal: boolean
}

export interface ApprovalsQuery {
  readonly status?: ApprovalStatus
  readonly executionId?: string
}

/** What a decision may say beside yes or no. */
export type DecisionOptions = Omit<Decision, 'decision'>

/** The approvals that one may see and decide. */
export interface Approvals {
  /** Newest first. */
  list(query?: ApprovalsQuery): Promise<readonly Approval[]>
  /** @throws {LatchdError} `NOT_FOUND` */
  get(approvalId: string): Promise<Approval>
  /**
   * Lets the call be made, with other arguments when `args` says so; of a question, answers it.
   *
   * @throws {LatchdError} `NOT_FOUND`, `ALREADY_DECIDED`, `INVALID_REQUEST` for args that do not fit
   */
  approve(approvalId: string, options?: DecisionOptions): Promise<Approval>
  /** Says no. @throws {LatchdError} `NOT_FOUND`, `ALREADY_DECIDED` */
  reject(approvalId: string, options?: Pick<DecisionOptions, 'reason'>): Promise<Approval>
}

/** One session: what its programs leave in their globals, the next one finds. */
export interface SessionHandle {
  readonly sessionId: string
  /** As {@link Executor.execute}, in this session. @throws {LatchdError} also `SESSION_BUSY` */
  execute(request: ExecuteRequest): Promise<Outcome>
  executeOrThrow(request: ExecuteRequest): Promise<Outcome>
  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent>
  run(source: string): Promise<RunResult>
  /** How the session stands. @throws {LatchdError} `NOT_FOUND` */
  info(): Promise<Session>
  /** Forgets the session with its state. */
  delete(): Promise<void>
}

/** The sessions that one may use. */
export interface Sessions {
  create(): Promise<SessionHandle>
  /** A session that is there. @throws {LatchdError} `NOT_FOUND` */
  open(sessionId: string): Promise<SessionHandle>
  /** @throws {LatchdError} `NOT_FOUND` */
  get(sessionId: string): Promise<Session>
  /** Newest first. */
  list(): Promise<readonly Session[]>
  /** @throws {LatchdError} `NOT_FOUND`, `SESSION_BUSY` while an execution runs in it */
  delete(sessionId: string): Promise<void>
}

/** Runs programs: the client of a daemon, or the engine in this process. */
export interface Executor {
  /**
   * Runs a program to its end and gives its outcome; a guest's failure is an outcome too.
   *
   * @throws {LatchdError} when the request is refused: `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`,
   *   `UNKNOWN_TOOL`, `QUEUE_FULL`, `DRAINING`; with the client also `CONNECTION_REFUSED`,
   *   `CONNECTION_LOST`, `UNAUTHENTICATED`, `FORBIDDEN`.
   */
  execute(request: ExecuteRequest): Promise<Outcome>
  /**
   * {@link execute} that throws the guest's failure.
   *
   * @throws {LatchdError} carrying the execution's error code.
   */
  executeOrThrow(request: ExecuteRequest): Promise<Outcome>
  /**
   * The rest of an execution that is there: as {@link execute}, by its id. An executor in this
   * process knows those that go on, and of ended ones those that `execute` left before their end.
   *
   * @throws {LatchdError} `NOT_FOUND`
   */
  wait(executionId: string, options?: WaitOptions): Promise<Outcome>
  /** Runs a program and gives its events as they happen, `execution-ended` last. */
  stream(request: ExecuteRequest): AsyncIterable<ExecutionEvent>
  /**
   * Runs a program and gives `{output, logs, isFinal}`.
   *
   * @throws {LatchdError} when the program failed.
   */
  run(source: string): Promise<RunResult>
  /**
   * Gives tools to every execution of this executor that starts from now on; the newest of a name
   * counts. A request that lists its own `tools` names those that it wants.
   *
   * @throws {LatchdError} `TOOL_INVALID`
   */
  addTools(tools: ToolSet): void
  /** The tools that a program sees whose request names none. */
  tools(): Promise<readonly ToolDescriptor[]>
  /** The calls that wait for a person. */
  readonly approvals: Approvals
  /** Guest state that is kept between executions. */
  readonly sessions: Sessions
  /** Releases what the executor holds; executions under way are cancelled. */
  close(): Promise<void>
}
