/** The client of a daemon: `fetch` and nothing else, in Node, Bun, Deno and browsers. */

import { LatchdError } from '../protocol/errors.ts'
import type { ExecutionEvent } from '../protocol/events.ts'
import type { Execution, ExecutionStatus } from '../protocol/execution.ts'
import type { ExecuteRequest, Executor, Outcome, RunResult, ToolSet } from '../protocol/executor.ts'
import { outcomeError, toOutcome, toRunResult } from '../protocol/outcome.ts'
import type { ToolDescriptor } from '../protocol/tool.ts'
import { EXACT, PLAIN } from '../protocol/value-format.ts'
import { encodeValue } from '../protocol/values.ts'
import { executionEvents } from './event-stream.ts'
import { Connection, type Fetch } from './http.ts'

export interface LatchdOptions {
  /** Where the daemon listens; `LATCHD_URL`, else `http://127.0.0.1:7070`. */
  readonly url?: string
  /** Bearer token; `LATCHD_TOKEN` when there is one. */
  readonly token?: string
  /** Another `fetch`, for proxies and tests. */
  readonly fetch?: Fetch
}

export interface ListOptions {
  readonly status?: ExecutionStatus
  /** `nextCursor` of the page before. */
  readonly after?: string
  /** 1 to 1000; 100 by default. */
  readonly limit?: number
}

/** A page of executions, newest first. */
export interface ExecutionPage {
  readonly data: readonly Execution[]
  readonly nextCursor?: string
}

/** What a daemon tells of itself. */
export interface DaemonInfo {
  readonly name: 'latchd'
  readonly version: string
  readonly engine: string
  readonly isolation: string
  readonly workers: number
  readonly active: number
  readonly queued: number
  readonly uptimeMs: number
  readonly runtime: { readonly node: string; readonly v8: string; readonly icu: string }
}

const DEFAULT_URL = 'http://127.0.0.1:7070'
/** How long one answer is held back; proxies cut at a minute. */
const HOLD_MS = 30_000

export class Latchd implements Executor {
  readonly url: string
  readonly #connection: Connection
  #closed = new AbortController()

  constructor(options: LatchdOptions = {}) {
    const environment =
      (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
    this.url = (options.url ?? environment.LATCHD_URL ?? DEFAULT_URL).replace(/\/+$/, '')
    const token = options.token ?? environment.LATCHD_TOKEN
    this.#connection = new Connection({
      url: this.url,
      token,
      fetch: options.fetch ?? globalThis.fetch,
    })
  }

  async execute(request: ExecuteRequest): Promise<Outcome> {
    return toOutcome(await this.#run(request))
  }

  async executeOrThrow(request: ExecuteRequest): Promise<Outcome> {
    const outcome = await this.execute(request)
    const error = outcomeError(outcome)
    if (error !== undefined) throw error
    return outcome
  }

  async run(source: string): Promise<RunResult> {
    return toRunResult(await this.execute({ source }))
  }

  async #run(request: ExecuteRequest): Promise<Execution> {
    const { signal, waitMs } = request
    const body = bodyOf(request)
    if (signal !== undefined) {
      // Its id is needed at once: to cancel it.
      const execution = await this.#submit(body)
      return await this.#await(execution, waitMs, signal)
    }
    const heldMs = Math.min(waitMs ?? HOLD_MS, HOLD_MS)
    const execution = await this.#connection.json<Execution>('POST', '/v1/execute', {
      body: { ...body, waitMs: heldMs },
    })
    return await this.#await(
      execution,
      waitMs === undefined ? undefined : waitMs - heldMs,
      undefined,
    )
  }

  #submit(body: object): Promise<Execution> {
    return this.#connection.json<Execution>('POST', '/v1/executions', { body })
  }

  /** Waits for the end, or until `waitMs` are over; an abort of the signal cancels the execution. */
  async #await(
    execution: Execution,
    waitMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Execution> {
    const { executionId } = execution
    const leave = this.#cancelOnAbort(executionId, signal)
    try {
      const untilMs = waitMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + waitMs
      let current = execution
      while (isGoing(current) && Date.now() < untilMs) {
        current = await this.get(executionId, {
          waitMs: Math.min(HOLD_MS, Math.max(0, untilMs - Date.now())),
        })
      }
      return current
    } finally {
      leave()
    }
  }

  /** Cancels an execution when the signal aborts; gives what stops listening. */
  #cancelOnAbort(executionId: string, signal: AbortSignal | undefined): () => void {
    const onAbort = () => {
      // Who waits or streams sees the end; a refusal shows there as an execution that goes on.
      this.cancel(executionId).catch(() => {})
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    return () => signal?.removeEventListener('abort', onAbort)
  }

  async *stream(request: ExecuteRequest): AsyncGenerator<ExecutionEvent, void, undefined> {
    const { executionId } = await this.#submit(bodyOf(request))
    const leave = this.#cancelOnAbort(executionId, request.signal)
    try {
      yield* this.events(executionId)
    } finally {
      leave()
    }
  }

  /** The execution as it stands; with `waitMs` (0 to 300 000) as soon as it has ended. */
  get(executionId: string, { waitMs = 0 }: { waitMs?: number } = {}): Promise<Execution> {
    const path = `/v1/executions/${encodeURIComponent(executionId)}`
    return this.#connection.json('GET', `${path}?waitMs=${Math.ceil(waitMs)}`, {
      signal: this.#closed.signal,
    })
  }

  list(options: ListOptions = {}): Promise<ExecutionPage> {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(options))
      if (value !== undefined) query.set(key, String(value))
    return this.#connection.json('GET', `/v1/executions?${query}`)
  }

  /** Cancels an execution; gives it as it ended. Idempotent. */
  cancel(executionId: string): Promise<Execution> {
    return this.#connection.json('POST', `/v1/executions/${encodeURIComponent(executionId)}/cancel`)
  }

  /** Forgets an ended execution. @throws {LatchdError} `CONFLICT` when it goes on */
  async delete(executionId: string): Promise<void> {
    await this.#connection.send('DELETE', `/v1/executions/${encodeURIComponent(executionId)}`)
  }

  /** The events of an execution after a sequence number, from the first one by default. */
  events(
    executionId: string,
    { after = 0 }: { after?: number } = {},
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    return executionEvents(this.#connection, executionId, after, this.#closed.signal)
  }

  /** The tools that programs may use. */
  async tools(): Promise<readonly ToolDescriptor[]> {
    const { data } = await this.#connection.json<{ data: ToolDescriptor[] }>('GET', '/v1/tools')
    return data
  }

  /** The tools as TypeScript declarations, to be put into a prompt. */
  async toolDeclarations(): Promise<string> {
    const response = await this.#connection.send('GET', '/v1/tools?format=typescript')
    return await response.text()
  }

  info(): Promise<DaemonInfo> {
    return this.#connection.json('GET', '/v1/info')
  }

  /** Ends waits and streams that are open here. Executions go on in the daemon. */
  async close(): Promise<void> {
    this.#closed.abort(new LatchdError('EXECUTOR_CLOSED', 'The client was closed'))
  }
}

const isGoing = ({ status }: Execution) => status === 'queued' || status === 'running'

function bodyOf({ tools, inputs, signal, waitMs, ...body }: ExecuteRequest): object {
  return {
    ...body,
    ...(tools && { tools: toolNames(tools) }),
    ...(inputs && inputsOf(inputs)),
  }
}

/** Inputs as JSON when that holds them exactly. @throws {TypeError} for what cannot cross */
function inputsOf(inputs: Readonly<Record<string, unknown>>): object {
  const text = encodeValue(inputs, 'inputs')
  if (text[0] === PLAIN) return { inputs }
  return { encodedInputs: text.slice(EXACT.length) }
}

function toolNames(tools: ToolSet): string[] {
  const list: readonly unknown[] = Array.isArray(tools) ? tools : Object.values(tools)
  return list.map(tool => {
    if (typeof tool === 'string') return tool
    const message =
      'Cannot use a tool of this process: a daemon runs its own tools; name them, or use createExecutor()'
    throw new LatchdError('INVALID_REQUEST', message)
  })
}
