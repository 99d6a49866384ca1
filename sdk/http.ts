/** Requests to a daemon: JSON in, JSON or server-sent events out, refusals as errors. */

import { errorText } from '../protocol/base/error-text.ts'
import { type ErrorCode, errorTable, type FieldProblem, LatchdError } from '../protocol/errors.ts'

/** The used part of `fetch`; an app may give another one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Options of {@link Connection}. */
export interface ConnectionOptions {
  /** Where the daemon listens, without a path. */
  readonly url: string
  readonly token: string | undefined
  readonly fetch: Fetch
}

/** Options of one request. `body` is sent as JSON, `bytes` as they are. */
export interface RequestOptions {
  readonly body?: unknown
  readonly bytes?: Blob
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Called with the headers of the answer, before its body is read. */
  readonly onHead?: (headers: Headers) => void
}

/** Sends requests to one daemon. A refusal is thrown as {@link LatchdError}. */
export class Connection {
  readonly #options: ConnectionOptions

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** @throws {LatchdError} the daemon's refusal, `CONNECTION_REFUSED`, `CONNECTION_LOST` */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.send(method, path, options)
    options.onHead?.(response.headers)
    try {
      return (await response.json()) as T
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason
      throw lost(error)
    }
  }

  /** Sends a request; returns its answer unless that is a refusal. */
  async send(
    method: string,
    path: string,
    { body, bytes, headers, signal }: RequestOptions = {},
  ): Promise<Response> {
    const { url, token, fetch } = this.#options
    let response: Response
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(bytes && { body: bytes }),
        ...(signal && { signal }),
      })
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      // An app's own `fetch` may know better.
      if (error instanceof LatchdError) throw error
      if (!isRefused(error)) throw lost(error)
      const message = `No daemon at ${url}; start one: latchd serve`
      throw new LatchdError('CONNECTION_REFUSED', message, { cause: error })
    }
    if (response.ok) return response
    throw await refusal(response)
  }
}

function isRefused(error: unknown): boolean {
  // Node's fetch has it in the cause; for several addresses, in the causes of the cause.
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === 'ECONNREFUSED') return true
  }
  return false
}

function lost(error: unknown): LatchdError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const message = `The connection to the daemon was lost: ${errorText(cause)}`
  return new LatchdError('CONNECTION_LOST', message, {
    cause: error,
  })
}

interface ProblemBody {
  readonly code?: unknown
  readonly detail?: unknown
  readonly errors?: readonly FieldProblem[]
}

async function refusal(response: Response): Promise<LatchdError> {
  const text = await response.text().catch(() => '')
  let problem: ProblemBody = {}
  try {
    problem = JSON.parse(text) as ProblemBody
  } catch {
    // A proxy has answered in place of the daemon, so there is only a status.
  }
  const { code, detail, errors } = problem
  const isOurs = typeof code === 'string' && Object.hasOwn(errorTable, code)
  const message =
    typeof detail === 'string'
      ? detail
      : `The daemon answered ${response.status} ${response.statusText}`
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new LatchdError(isOurs ? (code as ErrorCode) : codeOf(response.status), message, {
    ...(errors && { errors }),
    ...(Number.isFinite(seconds) && { retryAfterSeconds: seconds }),
  })
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 404) return 'NOT_FOUND'
  if (status === 413) return 'PAYLOAD_TOO_LARGE'
  if (status === 429) return 'QUEUE_FULL'
  if (status === 503) return 'DRAINING'
  // A proxy found no daemon behind it.
  if (status === 502 || status === 504) return 'CONNECTION_LOST'
  return status >= 500 ? 'INTERNAL' : 'INVALID_REQUEST'
}
