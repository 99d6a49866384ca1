/** The embedded engine: the same executor as the daemon's, in an app's own process. */

import { availableParallelism } from 'node:os'
import { EventQueue } from '../../protocol/base/event-queue.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { checkOptions, type OptionNames } from '../../protocol/execution/check-options.ts'
import { checkRequest, checkWaiting } from '../../protocol/execution/check-request.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { EndedExecution } from '../../protocol/execution/execution.ts'
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
} from '../../protocol/execution/executor.ts'
import { type IsolationLevel, isolationLevels } from '../../protocol/execution/isolation.ts'
import { orThrow } from '../../protocol/execution/or-throw.ts'
import { toOutcome, toRunResult } from '../../protocol/execution/outcome.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import { describeTool, type Tool } from '../../protocol/tool/tool.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { mayNameFiles, namedFiles } from '../../protocol/values/file-inputs.ts'
import {
  encodeOrFiles,
  encodeStoring,
  filesOf,
  mayHaveFiles,
} from '../../protocol/values/stored-files.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import { Latencies } from '../calls/latencies.ts'
import { RunningExecution } from '../execution/execution.ts'
import type { ExecutionDependencies, ExecutionPlan } from '../execution/execution-plan.ts'
import { planExecution, readBody } from '../execution/plan.ts'
import type { SessionLeft } from '../execution/session-of-execution.ts'
import { makePool } from '../pool/engine-pools.ts'
import { Supervision } from '../pool/watchdog.ts'
import type { PoolOptions } from '../pool/worker-pool.ts'
import { MemoryStore } from '../store/memory-store.ts'
import { builtinTools } from '../tools/builtin/builtin-tools.ts'
import { Toolbox } from '../tools/toolbox.ts'
import { TypeChecker } from '../typecheck/type-checker.ts'
import { EmbeddedApprovals } from './embedded-approvals.ts'
import { EmbeddedFiles } from './embedded-files.ts'
import { EmbeddedSessions } from './embedded-sessions.ts'
import { KnownExecution, KnownExecutions, keptLeft } from './known-executions.ts'

/** Options of {@link createExecutor}. */
export interface ExecutorOptions {
  /** Tools that every program may call, beside `sleep`, `human_approval` and `ask_human`. */
  readonly tools?: ToolSet
  /** Worker threads; two for each core by default. Each costs about 8 MB. */
  readonly workers?: number
  /**
   * Where programs run: `thread`, the default, in threads of the app; `process`, in a child process
   * that may only read code.
   */
  readonly isolation?: IsolationLevel
  /** Answers the approvals of executions whose request does not answer them itself. */
  readonly onApproval?: OnApproval
}

const optionNames: OptionNames<ExecutorOptions> = {
  tools: true,
  workers: true,
  isolation: true,
  onApproval: true,
}

/** An {@link Executor} in this process. */
export interface EmbeddedExecutor extends Executor {
  /** Adds tools for executions that start from now on. @throws {LatchdError} `TOOL_INVALID` */
  addTools(tools: ToolSet): void
  /**
   * Starts the worker threads, so that the first program finds one ready; the others follow. Otherwise
   * that program does.
   */
  start(): Promise<void>
}

/**
 * Makes an executor in this process. It keeps all state in memory. The engine contains programs,
 * while tools and workers have the app's own permissions.
 *
 * @throws {LatchdError} `TOOL_INVALID` for an invalid tool; `INVALID_REQUEST` for an unknown option
 */
export function createExecutor(options: ExecutorOptions = {}): EmbeddedExecutor {
  return new LocalExecutor(options, {})
}

/** As {@link createExecutor}, with workers of a special kind: for tests. */
export function createExecutorOn(pool: PoolOptions, options: ExecutorOptions): EmbeddedExecutor {
  return new LocalExecutor(options, pool)
}

/** As {@link createExecutor}, with every guest torn down at every wait: for tests of replay. */
export function createParkingExecutor(options: ExecutorOptions = {}): EmbeddedExecutor {
  return new LocalExecutor(options, { parksAlways: true })
}

function readWorkers(workers = 2 * availableParallelism()): number {
  if (Number.isInteger(workers) && workers > 0) return workers
  throw new LatchdError(
    'INVALID_REQUEST',
    `Cannot start ${workers} workers: a whole number from 1 is expected`,
  )
}

function readIsolation(isolation: IsolationLevel): IsolationLevel {
  if (isolationLevels.includes(isolation)) return isolation
  throw new LatchdError(
    'INVALID_REQUEST',
    `Cannot run programs at isolation ${JSON.stringify(isolation)}: one of ${isolationLevels.join(', ')} is expected`,
  )
}

/** Tools whose warnings were emitted: apps pass the same tools again. */
const warned = new WeakSet<Tool>()

class LocalExecutor implements EmbeddedExecutor {
  #toolbox: Toolbox
  #store = new MemoryStore(keptLeft)
  readonly approvals = new EmbeddedApprovals(this.#store.approvals)
  readonly sessions: EmbeddedSessions = new EmbeddedSessions(this, this.#store.sessions)
  #deps: ExecutionDependencies
  #typeChecker = new TypeChecker()
  #onApproval: OnApproval | undefined
  #executions = new KnownExecutions(this.#store)
  readonly files = new EmbeddedFiles(sessionId => this.sessions.has(sessionId))
  readonly #read = (fileId: string) => this.files.download(fileId)

  constructor(options: ExecutorOptions, pool: PoolOptions) {
    checkOptions('make an executor', options, optionNames)
    const { tools = [], workers, isolation = 'thread', onApproval } = options
    this.#toolbox = new Toolbox(builtinTools)
    this.addTools(tools)
    this.#onApproval = onApproval
    this.#deps = {
      pool: makePool(readIsolation(isolation), readWorkers(workers), pool),
      supervision: new Supervision(),
      latencies: new Latencies(),
      typeChecker: this.#typeChecker,
    }
  }

  start(): Promise<void> {
    return this.#deps.pool.start()
  }

  addTools(tools: ToolSet): void {
    this.#toolbox = this.#toolbox.with(this.#normalize(tools))
  }

  async tools(): Promise<readonly ToolDescriptor[]> {
    return this.#toolbox.tools.map(describeTool)
  }

  #normalize(tools: ToolSet): Tool[] {
    const read = normalizeTools(tools, name => this.#toolbox.get(name))
    for (const tool of read) {
      if (tool.warnings === undefined || warned.has(tool)) continue
      warned.add(tool)
      for (const text of tool.warnings) process.emitWarning(text, 'ToolWarning')
    }
    return read
  }

  async execute<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>> {
    checkRequest(request)
    const fault = Promise.withResolvers<never>()
    const reading = this.#inputsOf(request)
    // An execution without files enters the queue before this function returns.
    const inputs = typeof reading === 'object' ? await reading : reading
    const known = this.#begin(request, inputs, () => {}, fault.reject)
    await Promise.race([known.settled(request.waitMs), fault.promise])
    return toOutcome(known.leave(), this.#read)
  }

  async wait<T = unknown>(executionId: string, options: WaitOptions = {}): Promise<Outcome<T>> {
    checkWaiting(options)
    const { waitMs, signal } = options
    const known = this.#executions.find(executionId)
    if (!(known instanceof KnownExecution)) return toOutcome(known, this.#read)
    const onAbort = () => known.running.cancel()
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    try {
      const asked = await this.approvals.list({ executionId, status: 'pending' })
      const isResting = waitMs !== undefined && known.running.read().status === 'waiting'
      // An execution whose approval was decided is about to go on.
      if (!isResting || known.isAnswered || asked.length === 0) await known.settled(waitMs)
      return toOutcome(known.leave(), this.#read)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  executeOrThrow<T = unknown>(request: WholeRequest): Promise<CompletedOutcome<T>>
  executeOrThrow<T = unknown>(request: ExecuteRequest): Promise<Outcome<T>>
  async executeOrThrow<T>(request: ExecuteRequest): Promise<Outcome<T>> {
    return orThrow(await this.execute<T>(request))
  }

  async run<T = unknown>(source: string): Promise<RunResult<T>> {
    return toRunResult(await this.execute<T>({ source }))
  }

  stream(request: ExecuteRequest): AsyncGenerator<ExecutionEvent, void, undefined> {
    const left = new AbortController()
    const events = this.#stream(request, left.signal)
    const finish = events.return.bind(events)
    // A generator that awaits its next event learns of `return` only after that event.
    events.return = value => {
      left.abort()
      return finish(value)
    }
    return events
  }

  async *#stream(
    request: ExecuteRequest,
    left: AbortSignal,
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    checkRequest(request)
    const events = new EventQueue<ExecutionEvent>()
    const fault = Promise.withResolvers<never>()
    fault.promise.catch(() => events.end())
    const reading = this.#inputsOf(request)
    const inputs = typeof reading === 'object' ? await reading : reading
    const known = this.#begin(request, inputs, event => events.push(event), fault.reject)
    const onLeave = () => known.running.cancel('The reader of the stream has left')
    left.addEventListener('abort', onLeave)
    if (left.aborted) onLeave()
    const ended = known.ended.finally(() => events.end())
    // Without this, a rejection would be unhandled when the reader has left.
    ended.catch(() => {})
    try {
      for await (const event of events) yield event
      await Promise.race([fault.promise, ended])
    } finally {
      onLeave()
    }
  }

  /** The inputs as the guest reads them, their files stored. */
  #inputsOf({ inputs }: ExecuteRequest): Promise<string> | string | undefined {
    if (inputs === undefined) return undefined
    const text = encodeOrFiles(inputs, 'inputs')
    if (typeof text === 'string' && !mayNameFiles(text)) return text
    return encodeStoring(namedFiles(inputs), 'inputs', file => this.files.take(file))
  }

  /**
   * Starts an execution.
   *
   * @param inputs as {@link #inputsOf} returns them
   * @param onFault receives the errors of approval callbacks
   */
  #begin(
    request: ExecuteRequest,
    inputs: string | undefined,
    onEvent: (event: ExecutionEvent) => void,
    onFault: (error: unknown) => void,
  ): KnownExecution {
    const onSeen = (event: ExecutionEvent) => {
      this.#executions.see(event)
      onEvent(event)
    }
    const { onApproval = this.#onApproval } = request
    const { plan, running } = this.#plan(request, inputs, onSeen, onFault)
    const ended = this.#run(plan, running, request)
    return this.#executions.add(new KnownExecution(plan, running, ended, onApproval !== undefined))
  }

  #plan(
    request: ExecuteRequest,
    encodedInputs: string | undefined,
    onEvent: (event: ExecutionEvent) => void,
    onFault: (error: unknown) => void,
  ): { plan: ExecutionPlan; running: RunningExecution } {
    const { tools, inputs: _, signal, waitMs, onApproval = this.#onApproval, ...body } = request
    const fields = readBody(body)
    const chosen = tools === undefined ? this.#toolbox : new Toolbox(this.#normalize(tools))
    const { sessionId } = fields
    const session = sessionId === undefined ? undefined : this.sessions.find(sessionId)
    const plan = {
      ...planExecution(fields, chosen, encodedInputs, LOCAL_CALLER),
      remembered: [...(session?.remembered ?? [])],
    }
    const inputFiles =
      encodedInputs === undefined || !mayHaveFiles(encodedInputs)
        ? undefined
        : filesOf(encodedInputs).map(({ fileId }) => fileId)
    const host: ExecutionHost = {
      onEvent,
      files: this.files.of({ ...plan, inputFiles }),
      showApproval: async asked => {
        this.approvals.add(asked, chosen.get(asked.approval.tool), running)
        if (onApproval !== undefined) {
          this.approvals.answer(asked.approval, onApproval).catch(onFault)
        }
      },
      openSession: isWhole =>
        sessionId === undefined ? undefined : this.sessions.stateOf(sessionId, isWhole),
      expireApproval: asked => this.approvals.expire(asked),
    }
    const running = new RunningExecution(plan, this.#deps, host)
    return { plan, running }
  }

  async #run(
    { executionId, sessionId }: ExecutionPlan,
    running: RunningExecution,
    { signal, queue }: ExecuteRequest,
  ): Promise<EndedExecution> {
    const onAbort = () => running.cancel()
    const use = sessionId === undefined ? undefined : { sessionId, executionId }
    const turn = use && this.sessions.take(use, queue === true, running.left)
    let isHeld = use !== undefined
    let left: SessionLeft = {}
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    try {
      // An execution that was cancelled before its turn ends without the session.
      isHeld = (await turn) ?? isHeld
      const end = await running.run()
      if (end.kind !== 'ended') throw new Error(`an execution without a store is ${end.kind}`)
      left = end
      return end.execution
    } finally {
      await this.files.end(executionId)
      if (use !== undefined && isHeld) this.sessions.release(use, left)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async close(): Promise<void> {
    for (const { running } of this.#executions.going) running.cancel('The executor was closed')
    this.#typeChecker.close()
    await this.#deps.pool.close()
    this.files.close()
  }
}
