/**
 * Every code that latchd reports.
 *
 * Codes are stable, messages are not: match on `code`. `status` is the HTTP status of a refusal. A
 * guest's own failure is a successful response and has none.
 */

interface ErrorRow {
  /** HTTP status of the refusal; absent for what only an execution or a guest sees. */
  readonly status?: number
  /** The party that can act on it. */
  readonly actor: 'program' | 'caller' | 'operator' | 'latchd'
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean
  readonly title: string
}

/** All codes, one row each. */
export const errorTable = {
  // How an execution ends.
  SYNTAX_ERROR: { actor: 'program', retryable: false, title: 'The source does not parse' },
  TYPE_ERROR: {
    actor: 'program',
    retryable: false,
    title: 'The type check found faults, and the program did not run',
  },
  CHECK_UNAVAILABLE: {
    actor: 'caller',
    retryable: true,
    title: 'The type check could not be made, and the program did not run',
  },
  GUEST_ERROR: { actor: 'program', retryable: false, title: 'The program threw' },
  LIMIT_EXCEEDED: { actor: 'program', retryable: false, title: 'The program exceeded a limit' },
  CANCELLED: { actor: 'caller', retryable: false, title: 'The execution was cancelled' },
  DEADLOCK: {
    actor: 'program',
    retryable: false,
    title: 'The program waits for a promise that nothing can settle',
  },
  ENGINE_FAILURE: { actor: 'latchd', retryable: true, title: 'The worker was lost twice' },
  NONDETERMINISM: {
    actor: 'operator',
    retryable: true,
    title: 'A resumed program took another path than its journal',
  },
  TOOL_CHANGED: {
    actor: 'operator',
    retryable: true,
    title: 'A tool that the execution uses is gone or has another shape',
  },
  CRASH_LOOP: {
    actor: 'operator',
    retryable: true,
    title: 'The daemon was lost five times with the execution',
  },

  // Errors of calls, in the guest.
  TOOL_ERROR: { actor: 'program', retryable: false, title: 'The tool failed' },
  TOOL_INPUT_INVALID: {
    actor: 'program',
    retryable: false,
    title: "The call's arguments do not fit the tool's input schema",
  },
  TOOL_OUTPUT_INVALID: {
    actor: 'operator',
    retryable: false,
    title: "The tool's answer does not fit its output schema",
  },
  TOOL_TIMEOUT: { actor: 'program', retryable: true, title: 'The tool did not answer in time' },
  TOOL_LIMIT_EXCEEDED: {
    actor: 'program',
    retryable: false,
    title: 'One execution may call the tool so often, and has',
  },
  TOOL_UNAVAILABLE: {
    actor: 'operator',
    retryable: true,
    title: 'The client that has the tool is away, or the tool failed too often',
  },
  APPROVAL_REJECTED: { actor: 'caller', retryable: false, title: 'A person said no' },
  APPROVAL_EXPIRED: { actor: 'caller', retryable: true, title: 'Nobody decided in time' },
  CALL_INTERRUPTED: {
    actor: 'operator',
    retryable: false,
    title: 'The daemon was lost during the call: it may have run',
  },
  CALL_CANCELLED: { actor: 'caller', retryable: false, title: 'The call was cancelled' },
  VALUE_NOT_TRANSFERABLE: {
    actor: 'program',
    retryable: false,
    title: 'The value cannot cross the boundary',
  },

  // Refusals.
  INVALID_REQUEST: { status: 400, actor: 'caller', retryable: false, title: 'Invalid request' },
  UNAUTHENTICATED: {
    status: 401,
    actor: 'caller',
    retryable: false,
    title: 'Token missing or unknown',
  },
  FORBIDDEN: { status: 403, actor: 'caller', retryable: false, title: 'Not allowed' },
  NOT_FOUND: { status: 404, actor: 'caller', retryable: false, title: 'Not found' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    actor: 'caller',
    retryable: false,
    title: 'Method not allowed',
  },
  GONE: {
    status: 410,
    actor: 'caller',
    retryable: false,
    title: 'The execution of the idempotency key was deleted',
  },
  SESSION_BUSY: {
    status: 409,
    actor: 'caller',
    retryable: true,
    title: 'Another execution runs in the session',
  },
  SNAPSHOT_INCOMPATIBLE: {
    status: 409,
    actor: 'operator',
    retryable: false,
    title: "The session's state was kept by another version of the engine",
  },
  ALREADY_DECIDED: {
    status: 409,
    actor: 'caller',
    retryable: false,
    title: 'The approval was decided differently',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    actor: 'caller',
    retryable: false,
    title: 'The idempotency key was used with another body',
  },
  CONFLICT: { status: 409, actor: 'caller', retryable: false, title: 'Conflict' },
  PAYLOAD_TOO_LARGE: { status: 413, actor: 'caller', retryable: false, title: 'Payload too large' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    actor: 'caller',
    retryable: false,
    title: 'Unsupported media type',
  },
  TOOL_NAME_TAKEN: {
    status: 409,
    actor: 'caller',
    retryable: false,
    title: 'The daemon has a tool of that name',
  },
  UPGRADE_REQUIRED: {
    status: 426,
    actor: 'caller',
    retryable: false,
    title: 'A WebSocket is expected there',
  },
  UNKNOWN_TOOL: { status: 422, actor: 'caller', retryable: false, title: 'Unknown tool' },
  QUEUE_FULL: { status: 429, actor: 'caller', retryable: true, title: 'Too many executions wait' },
  TOKEN_LIMIT_EXCEEDED: {
    status: 429,
    actor: 'caller',
    retryable: true,
    title: 'The token is at one of its limits',
  },
  WORKER_ABUSE: {
    status: 429,
    actor: 'caller',
    retryable: true,
    title: 'Programs of the caller have cost too many workers',
  },
  MEMORY_FULL: {
    status: 503,
    actor: 'operator',
    retryable: true,
    title: 'Executions in memory hold as much as the daemon may',
  },
  SESSIONS_FULL: {
    status: 429,
    actor: 'caller',
    retryable: true,
    title: 'There are as many sessions as the daemon keeps',
  },
  FILES_FULL: {
    status: 429,
    actor: 'caller',
    retryable: true,
    title: 'The files of the token, or of the session, take as many bytes as they may',
  },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    actor: 'caller',
    retryable: false,
    title: 'The file has no such bytes',
  },
  WEBHOOKS_FULL: {
    status: 503,
    actor: 'operator',
    retryable: true,
    title: 'As many messages wait for their webhooks as the daemon keeps',
  },
  TOO_MANY_BODIES: {
    status: 429,
    actor: 'caller',
    retryable: true,
    title: 'The daemon reads as many request bodies as it may',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    actor: 'caller',
    retryable: true,
    title: 'The request did not come in time',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    actor: 'caller',
    retryable: false,
    title: 'The headers are too large, or too many',
  },
  STORE_FULL: {
    status: 507,
    actor: 'operator',
    retryable: true,
    title: 'The disk of the state folder is full',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    actor: 'operator',
    retryable: true,
    title: 'The database of the store does not answer',
  },
  PEER_UNAVAILABLE: {
    status: 503,
    actor: 'operator',
    retryable: true,
    title: 'The daemon that has the execution in memory cannot be reached',
  },
  STORE_DAMAGED: {
    status: 500,
    actor: 'operator',
    retryable: true,
    title: 'A page of the store that is needed for it is damaged',
  },
  INTERNAL: { status: 500, actor: 'latchd', retryable: true, title: 'Internal error' },
  DRAINING: { status: 503, actor: 'caller', retryable: true, title: 'The daemon is stopping' },

  // Errors of the client's own side.
  CONNECTION_REFUSED: { actor: 'operator', retryable: true, title: 'No daemon answers' },
  CONNECTION_LOST: { actor: 'operator', retryable: true, title: 'The connection was lost' },
  CONFIG_INVALID: { actor: 'operator', retryable: false, title: 'Invalid configuration' },
  TOOL_INVALID: { actor: 'operator', retryable: false, title: 'Invalid tool definition' },
  STATE_IN_USE: {
    actor: 'operator',
    retryable: true,
    title: 'Another daemon uses the state folder',
  },
  STATE_TOO_NEW: {
    actor: 'operator',
    retryable: false,
    title: 'The state folder was written by a newer version',
  },
  STALE_OWNER: {
    actor: 'latchd',
    retryable: false,
    title: 'The execution has a newer owner',
  },
  AGENT_BUSY: {
    actor: 'caller',
    retryable: true,
    title: 'Another run of the agent is under way',
  },
  MODEL_REPLY_INVALID: {
    actor: 'operator',
    retryable: true,
    title: "The model's reply broke off, or is none",
  },
  MODEL_REFUSED: { actor: 'caller', retryable: false, title: 'The model declined to reply' },
  EXECUTOR_CLOSED: { actor: 'caller', retryable: false, title: 'The executor is closed' },
} as const satisfies Record<string, ErrorRow>

/** A code of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

/** The codes that end an execution; the last five are those of a stuck one. */
export const executionErrorCodes = [
  'SYNTAX_ERROR',
  'TYPE_ERROR',
  'CHECK_UNAVAILABLE',
  'GUEST_ERROR',
  'LIMIT_EXCEEDED',
  'CANCELLED',
  'DEADLOCK',
  'ENGINE_FAILURE',
  'NONDETERMINISM',
  'TOOL_CHANGED',
  'CRASH_LOOP',
  'SNAPSHOT_INCOMPATIBLE',
  'STORE_DAMAGED',
] as const satisfies readonly ErrorCode[]
/** One of {@link executionErrorCodes}. */
export type ExecutionErrorCode = (typeof executionErrorCodes)[number]

/** A field of a refused request: an RFC 6901 pointer, and the fault. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

/** An error of latchd's own, on the host's side or in an app that uses the SDK. */
export class LatchdError extends Error {
  override readonly name = 'LatchdError'
  readonly code: ErrorCode
  /** The fields at fault, when the request was refused for some of its fields. */
  readonly errors: readonly FieldProblem[] | undefined
  /** Seconds after which the same request is worth another try. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; errors?: readonly FieldProblem[]; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errors = options.errors
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
