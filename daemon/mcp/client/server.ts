/**
 * One configured server over the life of the daemon.
 *
 * | state | entered when | left when |
 * | --- | --- | --- |
 * | connecting | the daemon starts; a pause is over | the server has listed its tools, or failed |
 * | connected | its tools are listed | the connection is lost |
 * | unavailable | it failed, or its connection was lost | the pause is over |
 * | closed | the daemon stops | never |
 *
 * The pauses grow with each failure in a row, and a connection that did not last counts as one: so
 * a server that crashes at once is not started more often than every minute.
 */

import { inTurns } from '../../../protocol/base/in-turns.ts'
import { pause } from '../../../protocol/base/pause.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import type { ToolContext } from '../../../protocol/tool/wire-tool.ts'
import { CallSlots } from '../../base/call-slots.ts'
import { detailOf, pathlessText } from '../../base/host-fault.ts'
import { metaBeneath } from '../parent-meta.ts'
import { type CallServer, readCatalogue } from './catalogue.ts'
import type { Connection, ConnectionListeners } from './connection.ts'
import { LostCall, NotSent } from './server-call.ts'
import type { McpServerSetting } from './server-setting.ts'
import type { ServerState } from './server-state.ts'

/** Connects to a server; see `Connection.open`. */
export type Connect = (
  setting: McpServerSetting,
  listeners: ConnectionListeners,
  signal: AbortSignal,
  isOld: boolean,
) => Promise<Connection>

/** What a server is given to work with. */
export interface ServerDependencies {
  readonly connect: Connect
  /** Called with its tools, whenever they have changed. */
  readonly onTools: (tools: readonly Tool[]) => void
  /** Called with what the server has listed. @throws {Error} of the file system */
  readonly keep: (listed: readonly unknown[]) => Promise<void>
  readonly log: ServerLog
}

/** The log of one server. */
export interface ServerLog {
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 60_000
/** A connection that lasted so long worked. */
const LASTING_MS = 30_000
/** A call waits at most this long for a server that is about to connect. */
const CONNECT_WITHIN_MS = 10_000
/** The open calls of a server that is replaced may take this long. */
const RETIRE_MS = 10_000
/** A pause of at most so many milliseconds is waited for as a connection is. */
const SHORT_PAUSE_MS = 1000

/** A server: its state, its tools and its calls. */
export class McpServer {
  readonly setting: McpServerSetting
  #deps: ServerDependencies
  #state: ServerState = { kind: 'connecting' }
  /** Why the last try failed, or the connection was lost: it holds during the next try too. */
  #reason: string | undefined
  #connection: Connection | undefined
  #tools = 0
  #reconnects = 0
  #isListed = false
  #slots: CallSlots
  #stop = new AbortController()
  #changed = Promise.withResolvers<void>()
  #ended: Promise<void> | undefined

  constructor(setting: McpServerSetting, deps: ServerDependencies) {
    this.setting = setting
    this.#deps = deps
    this.#slots = new CallSlots(setting.maxConcurrentCalls)
  }

  get state(): ServerState {
    return this.#state
  }

  /** How many of its tools programs have. */
  get toolCount(): number {
    return this.#tools
  }

  /** How often it was connected to again. */
  get reconnects(): number {
    return this.#reconnects
  }

  /** Whether its tools have been listed, now or by an earlier daemon. */
  get isListed(): boolean {
    return this.#isListed
  }

  /** Resolves when its state changes. Never rejects. */
  get changed(): Promise<void> {
    return this.#changed.promise
  }

  /** Takes the list of an earlier daemon. */
  async take(listed: readonly unknown[]): Promise<void> {
    await this.#publish(listed)
  }

  /** Connects, and stays connected. */
  start(): void {
    this.#ended ??= this.#run()
  }

  /** Closes the connection, and ends the process of a stdio server. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the daemon stops'))
    await this.#ended
  }

  /** Closes it when its open calls are over, or take too long. */
  async retire(): Promise<void> {
    await pause(
      RETIRE_MS,
      AbortSignal.any([this.#stop.signal, whenDone(this.#slots.idle())]),
    ).catch(() => {
      // Nothing runs any more, or the daemon stops.
    })
    await this.close()
  }

  /** The name of the server for people. */
  get what(): string {
    return `the MCP server ${this.setting.name}`
  }

  /** Calls a tool of the server. See {@link CallServer}. */
  readonly call: CallServer = (name, input, context, isRepeatable) =>
    this.#slots.run(context.signal, () => this.#callNow(name, input, context, isRepeatable))

  async #callNow(
    name: string,
    input: Readonly<Record<string, unknown>>,
    context: ToolContext,
    isRepeatable: boolean,
  ): Promise<unknown> {
    const { signal } = context
    const onProgress = (progress: unknown) => context.progress(progress)
    const meta = metaBeneath(context)
    for (let isFirst = true; ; isFirst = false) {
      const connection = await this.#connected(signal)
      try {
        return await connection.call(name, { ...input }, { signal, onProgress, meta })
      } catch (error) {
        const isLost = error instanceof LostCall
        if (!isLost && !(error instanceof NotSent)) throw error
        if (this.#connection === connection) this.#connection = undefined
        // Once, so that a call that ends its server does not end it for ever.
        if (isFirst && (isRepeatable || !isLost)) continue
        const away = `the MCP server ${this.setting.name} was lost during the call: ${error.message}`
        if (!isLost || isRepeatable)
          throw new LatchdError('TOOL_UNAVAILABLE', `Cannot call ${name}: ${away}`)
        throw new LatchdError('CALL_INTERRUPTED', `${name} may have run: ${away}`)
      }
    }
  }

  /** @throws {LatchdError} `TOOL_UNAVAILABLE`, or the signal's reason */
  async #connected(signal: AbortSignal): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_WITHIN_MS)])
    while (this.#connection === undefined && this.#isAboutToConnect()) {
      await abortable(this.#changed.promise, giveUp).catch(() => {})
      signal.throwIfAborted()
      if (giveUp.aborted) break
    }
    if (this.#connection !== undefined) return this.#connection
    throw this.unavailable()
  }

  /** The error of a call that cannot be made now. */
  unavailable(): LatchdError {
    return new LatchdError('TOOL_UNAVAILABLE', `The MCP server ${this.setting.name} ${this.#why()}`)
  }

  #isAboutToConnect(): boolean {
    const state = this.#state
    if (state.kind === 'unavailable') return state.pauseMs <= SHORT_PAUSE_MS
    // Connected without a connection: it was lost just now.
    return state.kind !== 'closed'
  }

  #why(): string {
    if (this.#state.kind === 'closed') return 'is closed'
    return this.#reason === undefined ? 'is still connecting' : `is unavailable: ${this.#reason}`
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    let isOld = false
    while (!signal.aborted) {
      this.#enter({ kind: 'connecting' })
      const startedAtMs = performance.now()
      let reason: string
      let detail: string | undefined
      try {
        const connection = await this.#open(signal, isOld)
        reason = await closedOr(connection, signal)
        this.#connection = undefined
        // A connection may be lost without being closed, and its process must not stay.
        await connection.close()
      } catch (error) {
        reason = pathlessText(error)
        detail = detailOf(error)
        // A server of an old library may end at a question that it does not know.
        isOld = !isOld && this.setting.transport.kind === 'stdio'
      }
      if (signal.aborted) break
      if (performance.now() - startedAtMs > LASTING_MS) failures = 0
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS)
      this.#reason = reason
      this.#enter({ kind: 'unavailable', reason, pauseMs })
      this.#deps.log.warn({ reason: detail ?? reason, pauseMs }, 'MCP server unavailable')
      await pause(pauseMs, signal).catch(() => {})
      this.#reconnects++
    }
    this.#enter({ kind: 'closed' })
  }

  /** Connects and lists the tools. @throws {Error} with the reason in words */
  async #open(signal: AbortSignal, isOld: boolean): Promise<Connection> {
    let changes = 0
    let list: (() => void) | undefined
    const listeners: ConnectionListeners = {
      onToolsChanged: () => {
        changes++
        list?.()
      },
      onErrorLine: line => this.#deps.log.info({ line }, 'MCP server says'),
      onProblem: error => this.#deps.log.warn({ reason: error.message }, 'MCP server problem'),
    }
    const connection = await this.#deps.connect(this.setting, listeners, signal, isOld)
    try {
      let seen: number
      do {
        seen = changes
        await this.#list(connection, signal)
      } while (seen !== changes)
    } catch (error) {
      await connection.close()
      throw error
    }
    const isIdle = inOrder(() => this.#list(connection, signal))
    list = () =>
      isIdle(error => this.#deps.log.warn({ reason: String(error) }, 'MCP server not listed again'))
    this.#connection = connection
    this.#reason = undefined
    const { protocolVersion } = connection
    this.#enter({ kind: 'connected', ...(protocolVersion && { protocolVersion }) })
    this.#deps.log.info({ protocolVersion, tools: this.#tools }, 'MCP server connected')
    return connection
  }

  async #list(connection: Connection, signal: AbortSignal): Promise<void> {
    const { tools, warning } = await connection.listTools(signal)
    if (warning !== undefined) this.#deps.log.warn({ reason: warning }, 'MCP server lists too much')
    await this.#publish(tools)
    await this.#deps.keep(tools).catch(error =>
      // Only the next start is without it.
      this.#deps.log.warn({ reason: String(error) }, 'list of an MCP server not kept'),
    )
  }

  async #publish(listed: readonly unknown[]): Promise<void> {
    const { tools, warnings } = await inTurns(readCatalogue(this.setting, listed, this.call))
    for (const text of warnings) this.#deps.log.warn({}, text)
    this.#tools = tools.length
    this.#isListed = true
    this.#deps.onTools(tools)
  }

  #enter(state: ServerState): void {
    this.#state = state
    const before = this.#changed
    this.#changed = Promise.withResolvers()
    before.resolve()
  }
}

/** A signal that aborts when a promise is fulfilled. */
function whenDone(done: Promise<void>): AbortSignal {
  const controller = new AbortController()
  void done.then(() => controller.abort())
  return controller.signal
}

/** Runs a task once at a time; what comes meanwhile runs it once more. */
function inOrder(task: () => Promise<void>): (onError: (error: unknown) => void) => void {
  let isRunning = false
  let isAgain = false
  return onError => {
    isAgain = true
    if (isRunning) return
    isRunning = true
    const run = async () => {
      while (isAgain) {
        isAgain = false
        await task().catch(onError)
      }
      isRunning = false
    }
    void run()
  }
}

/** The reason of a connection's end; closes it when the signal aborts. */
async function closedOr(connection: Connection, signal: AbortSignal): Promise<string> {
  const close = () => void connection.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    return await connection.closed
  } finally {
    signal.removeEventListener('abort', close)
  }
}

/** @throws the signal's reason when that comes first */
async function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
