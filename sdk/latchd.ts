/** The client of a daemon: `fetch` and `WebSocket`, in Node, Bun, Deno and browsers. */

import { orAborted } from '../protocol/base/or-aborted.ts'
import { LatchdError } from '../protocol/errors.ts'
import { checkOptions } from '../protocol/execution/check-options.ts'
import { checkRequest, checkWaiting } from '../protocol/execution/check-request.ts'
import type { ExecutionEvent } from '../protocol/execution/events.ts'
import type { Execution, ExecutionSource } from '../protocol/execution/execution.ts'
import type {
  CompletedOutcome,
  ExecuteRequest,
  Executor,
  OnApproval,
  Outcome,
  RunResult,
  ToolSet,
  WaitOptions,
  WholeRequest,
} from '../protocol/execution/executor.ts'
import { orThrow } from '../protocol/execution/or-throw.ts'
import { toOutcome, toRunResult } from '../protocol/execution/outcome.ts'
import { isOver } from '../protocol/execution/status.ts'
import { toolDeclarations } from '../protocol/tool/declarations.ts'
import { describeTool } from '../protocol/tool/tool.ts'
import type { ToolDescriptor } from '../protocol/tool/wire-tool.ts'
import { ApprovalResponder } from './answering.ts'
import { ClientApprovals } from './client-approvals.ts'
import { ClientFiles } from './client-files.ts'
import { ClientSessions } from './client-sessions.ts'
import { ClientTools } from './client-tools/client-tools.ts'
import type { ServedTools } from './client-tools/served-tools.ts'
import type { DaemonNodes } from './daemon-nodes.ts'
import { readUrl } from './daemon-url.ts'
import { executionEvents, openEvents, readEvents } from './event-stream.ts'
import { ExecutionRuns, pathOf } from './execution-runs.ts'
import { Connection } from './http.ts'
import {
  type DaemonInfo,
  type ExecutionPage,
  type LatchdOptions,
  type ListOptions,
  latchdOptionNames,
} from './latchd-options.ts'
import { withQuery } from './pages.ts'

/** A client of a daemon. It opens no connection until it has a tool of this process. */
export class Latchd implements Executor {
  /** Where the daemon listens. */
  readonly url: string
  /** Lists and decides approvals, pending and past. */
  readonly approvals: ClientApprovals
  /** Guest state that outlives executions. */
  readonly sessions: ClientSessions
  /** Files at the daemon: sends and reads them. */
  readonly files: ClientFiles
  readonly #connection: Connection
  readonly #clientTools: ClientTools
  readonly #runs: ExecutionRuns
  readonly #onApproval: OnApproval | undefined
  readonly #read = (fileId: string) => this.files.download(fileId)
  #closed = new AbortController()

  /** @throws {LatchdError} `INVALID_REQUEST` for an unknown option, `CONFIG_INVALID` for the url */
  constructor(options: LatchdOptions = {}) {
    checkOptions('make a client', options, latchdOptionNames)
    const environment =
      (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
    // An app's own `fetch` may know ways that this file does not, such as a Unix socket.
    const isSocket = options.fetch !== undefined && options.url?.startsWith('unix:/') === true
    this.url = isSocket ? (options.url as string) : readUrl(options.url, environment.LATCHD_URL)
    const token = options.token ?? environment.LATCHD_TOKEN
    const fetch = options.fetch ?? globalThis.fetch
    this.#connection = new Connection({ url: this.url, token, fetch })
    this.#clientTools = new ClientTools({
      url: this.url,
      token,
      connection: this.#connection,
      WebSocket: options.WebSocket,
      clientId: options.clientId,
    })
    this.approvals = new ClientApprovals(this.#connection)
    this.sessions = new ClientSessions(this.#connection, this)
    this.files = new ClientFiles(this.#connection, this.#closed.signal)
    this.#onApproval = options.onApproval
    this.#runs = new ExecutionRuns({
      connection: this.#connection,
      approvals: this.approvals,
      store: this.files.store,
      onApproval: options.onApproval,
      closed: this.#closed.signal,
    })
  }

  /** This client's name at the daemon: see `LatchdOptions.clientId`. */
  get clientId(): string {
    return this.#clientTools.clientId
  }

  /**
   * Runs a program to its end and returns its outcome, however long it takes and across restarts of
   * the daemon; a guest's failure is an outcome too. Resolves also when the execution is stuck.
   *
   * @throws {LatchdError} when the request is refused, or no daemon answers: see {@link
   *   Executor.execute}
   */
  async execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>> {
    return toOutcome(await this.#run(request), this.#read)
  }

  /** {@link execute} that throws the guest's failure as a `LatchdError` with its `code`. */
  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  async executeOrThrow<T>(request: ExecuteRequest): Promise<Outcome<T>> {
    return orThrow(await this.execute<T>(request))
  }

  /** Runs a program and returns `{output, logs, isFinal}`. @throws {LatchdError} when it failed */
  async run<T = unknown>(source: string): Promise<RunResult<T>> {
    return toRunResult(await this.execute<T>({ source }))
  }

  /** Runs with the tools of this process, which stay until the execution is over. */
  async #run(request: ExecuteRequest): Promise<Execution> {
    checkRequest(request)
    const given = await this.#unlessClosed(this.#clientTools.give(request.tools))
    let current: Execution | undefined
    try {
      current = await this.#runs.run(given.body, request, execution => {
        current = execution
      })
      return current
    } finally {
      this.#releaseAfter(current, given.release)
    }
  }

  /** What may wait for a daemon that does not answer ends with the client. */
  #unlessClosed<T>(waiting: Promise<T>): Promise<T> {
    return orAborted(waiting, this.#closed.signal)
  }

  /** Releases the tools of an execution when it is over; the caller may have left before. */
  #releaseAfter(execution: Execution | undefined, release: (() => void) | undefined): void {
    if (release === undefined) return
    if (execution === undefined || isOver(execution)) release()
    // A daemon that is gone for good ends the wait as well.
    else void this.#runs.untilOver(execution).then(release, release)
  }

  /**
   * Waits for an existing execution, by its id: as {@link execute}.
   *
   * @throws {LatchdError} `NOT_FOUND`
   */
  async wait<T = unknown>(executionId: string, options: WaitOptions = {}): Promise<Outcome<T>> {
    checkWaiting(options)
    const { waitMs, signal } = options
    return toOutcome(await this.#runs.wait(executionId, waitMs, signal), this.#read)
  }

  /** Runs a program and yields its events as they happen, `execution-ended` last. */
  async *stream(request: ExecuteRequest): AsyncGenerator<ExecutionEvent, void, undefined> {
    checkRequest(request)
    const { onApproval = this.#onApproval } = request
    const given = await this.#unlessClosed(this.#clientTools.give(request.tools))
    let execution: Execution | undefined
    try {
      execution = await this.#runs.send('/v1/executions', request, given.body)
    } finally {
      if (execution === undefined) given.release?.()
    }
    const { executionId } = execution
    const leave = this.#runs.cancelOnAbort(executionId, request.signal)
    const responder = onApproval && new ApprovalResponder(this.approvals, onApproval)
    const signal = responder && AbortSignal.any([this.#closed.signal, responder.failed])
    try {
      for await (const event of this.#runs.followed(executionId, signal)) {
        responder?.see(event)
        if (event.type === 'execution-ended') execution = event.execution
        yield event
      }
    } finally {
      leave()
      this.#releaseAfter(execution, given.release)
    }
  }

  /** The execution now; with `waitMs` (to 300 000) as soon as it has ended or waits for a person. */
  get(executionId: string, { waitMs = 0 }: { waitMs?: number } = {}): Promise<Execution> {
    return this.#runs.get(executionId, waitMs)
  }

  /** The program of an execution, as it was sent. @throws {LatchdError} `NOT_FOUND` */
  source(executionId: string): Promise<ExecutionSource> {
    return this.#connection.json('GET', `${pathOf(executionId)}/source`)
  }

  /**
   * A page of the token's executions, newest first. With a filter a page may be shorter than `limit`
   * and have a `nextCursor` all the same.
   */
  list(options: ListOptions = {}): Promise<ExecutionPage> {
    return this.#connection.json('GET', withQuery('/v1/executions', { ...options }))
  }

  /** Cancels an execution; returns it as it ended. Idempotent. */
  cancel(executionId: string): Promise<Execution> {
    return this.#runs.cancel(executionId)
  }

  /** Lets a stuck execution go on. @throws {LatchdError} `CONFLICT` when it is not stuck */
  retry(executionId: string): Promise<Execution> {
    return this.#connection.json('POST', `${pathOf(executionId)}/retry`)
  }

  /** Forgets an ended execution. @throws {LatchdError} `CONFLICT` when it goes on */
  async delete(executionId: string): Promise<void> {
    await this.#connection.send('DELETE', pathOf(executionId))
  }

  /**
   * The events of an execution after a sequence number, from the first one by default, until it has
   * ended or is stuck; across restarts of the daemon. Aborting the signal ends them.
   */
  events(
    executionId: string,
    { after = 0, signal = this.#closed.signal }: { after?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    const ends = AbortSignal.any([this.#closed.signal, signal])
    return executionEvents(this.#connection, executionId, after, ends, false)
  }

  /**
   * The events of all executions of the token, from the moment at which this resolves. They are not
   * repeated: a lost connection ends them.
   *
   * @throws {LatchdError} `CONNECTION_LOST`
   */
  async allEvents(): Promise<AsyncGenerator<ExecutionEvent, void, undefined>> {
    const { signal } = this.#closed
    return readEvents(await openEvents(this.#connection, '/v1/events', signal), signal)
  }

  /**
   * Gives tools of this process to every execution that this client starts from now on; they run
   * here, and take the place of the daemon's of the same name.
   *
   * @throws {LatchdError} `TOOL_INVALID`
   */
  addTools(tools: ToolSet): void {
    this.#clientTools.add(tools)
  }

  /**
   * Offers tools of this process to all executions of the token until the handle is closed. Several
   * clients may serve the same name: the one that began last gets the calls.
   *
   * @throws {LatchdError} `TOOL_NAME_TAKEN` for the name of one of the daemon's own tools,
   *   `TOOL_INVALID`, `CONNECTION_REFUSED`, `CONNECTION_LOST`, `UNAUTHENTICATED`, `FORBIDDEN`
   */
  serveTools(tools: ToolSet): Promise<ServedTools> {
    return this.#unlessClosed(this.#clientTools.serve(tools))
  }

  /** The tools that programs of this client may use: the daemon's, and the added ones. */
  async tools(): Promise<readonly ToolDescriptor[]> {
    const { data } = await this.#connection.json<{ data: ToolDescriptor[] }>('GET', '/v1/tools')
    const added = this.#clientTools.added.map(describeTool)
    const names = new Set(added.map(({ name }) => name))
    return [...added, ...data.filter(({ name }) => !names.has(name))]
  }

  /** The tools as TypeScript declarations, to be put into a prompt. */
  async toolDeclarations(): Promise<string> {
    if (this.#clientTools.added.length > 0) return toolDeclarations(await this.tools())
    return (await this.#connection.send('GET', '/v1/tools?format=typescript')).text()
  }

  /** Versions, isolation and load of the daemon. */
  info(): Promise<DaemonInfo> {
    return this.#connection.json('GET', '/v1/info')
  }

  /** The daemons that share the store of this one, and what each has to do. */
  readonly nodes = (): Promise<DaemonNodes> => this.#connection.json('GET', '/v1/nodes')

  /**
   * Ends open waits and streams, and running tools of this process: `execute` and its kin reject
   * with `EXECUTOR_CLOSED`. Executions go on in the daemon.
   *
   * @param options `drainMs`: how long running calls may go on; 0 by default
   */
  async close({ drainMs = 0 }: { drainMs?: number } = {}): Promise<void> {
    this.#closed.abort(new LatchdError('EXECUTOR_CLOSED', 'The client was closed'))
    await this.#clientTools.close(drainMs)
  }
}
