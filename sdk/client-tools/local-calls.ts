/**
 * The daemon's calls of this process's tools.
 *
 * A call runs once here, however often it is delivered: a repeated request gets the present state.
 * An answer is remembered until the daemon has acknowledged it, and its id for some time after
 * that.
 */

import type {
  AskFrame,
  ClientFrame,
  DaemonFrame,
  Settlement,
} from '../../protocol/connect/connect.ts'
import { RESEND_MS } from '../../protocol/connect/connect-facts.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import { RecentKeys } from './recent-keys.ts'
import {
  askRule,
  closeIterator,
  type ExecuteAsk,
  interrupted,
  nextItem,
  refused,
  runTool,
  type ToolFiles,
  type ToolIterator,
} from './run-tool.ts'

/** What {@link LocalCalls} works with. */
export interface LocalDependencies {
  /** The files of tools: over HTTP, since frames are small. */
  readonly files: ToolFiles
  /** Sends a frame, if there is a connection. */
  readonly send: (frame: ClientFrame) => void
  /** The tool of a call; `undefined` while this process does not have it. */
  readonly find: (setId: string | undefined, name: string) => Tool | undefined
  /** Called when a call has ended. */
  readonly onSettled: () => void
}

/** One request: running until it has a settlement. */
interface Entry {
  readonly ask: AskFrame
  /** The key of the last request. */
  key: string
  readonly controller: AbortController
  settlement: Settlement | undefined
  sentAtMs: number
  /** Whether the requesting daemon is gone, and no other has repeated the request. */
  isOrphan: boolean
}

interface OpenStream {
  readonly tool: string
  readonly iterator: ToolIterator
  readonly controller: AbortController
  key: string
  /** The number of requested items. */
  items: number
  isOrphan: boolean
}

/** How long an acknowledgement waits for the answer, which makes it needless. */
const ACK_MS = 5
/** Ids of acknowledged answers that are remembered. */
const MAX_DONE = 10_000
/** A call is given up after this long when no daemon has asked for it again. */
const ORPHAN_MS = 600_000

/** Runs each call of the daemon once, and resends its answer until the daemon acknowledges it. */
export class LocalCalls {
  readonly #deps: LocalDependencies
  #entries = new Map<string, Entry>()
  #streams = new Map<string, OpenStream>()
  /** Calls of tools that this process does not have, or not yet: they are not acknowledged. */
  #unknown = new Map<string, AskFrame>()
  #done = new RecentKeys(MAX_DONE)
  /** Calls that came a moment ago. */
  #unacknowledged: Entry[] = []
  #ackTimer: ReturnType<typeof setTimeout> | undefined
  #daemonId: string | undefined
  #maxFrameBytes = Number.POSITIVE_INFINITY
  #orphanTimer: ReturnType<typeof setTimeout> | undefined

  constructor(deps: LocalDependencies) {
    this.#deps = deps
  }

  /** Whether a tool works, or a stream is open. */
  get isBusy(): boolean {
    if (this.#streams.size > 0) return true
    for (const { settlement } of this.#entries.values()) if (settlement === undefined) return true
    return false
  }

  /** The held requests, for a hello. */
  held(): { id: string; key: string }[] {
    const held = new Map<string, string>()
    for (const [id, { key }] of this.#streams) held.set(id, key)
    for (const [id, { key }] of this.#entries) held.set(id, key)
    return Array.from(held, ([id, key]) => ({ id, key }))
  }

  /** Handles a new connection: sends the answers that came meanwhile. */
  onWelcome({ daemonId, maxFrameBytes }: Extract<DaemonFrame, { type: 'welcome' }>): void {
    this.#maxFrameBytes = maxFrameBytes
    // Calls without an acknowledgement are delivered again.
    this.#unknown.clear()
    if (this.#daemonId !== undefined && this.#daemonId !== daemonId) this.#orphanAll()
    this.#daemonId = daemonId
    for (const entry of this.#entries.values()) if (!entry.isOrphan) this.#sendSettlement(entry)
  }

  /** Another daemon asks again for the calls that it wants; the rest is given up after a while. */
  #orphanAll(): void {
    for (const held of [...this.#entries.values(), ...this.#streams.values()]) held.isOrphan = true
    clearTimeout(this.#orphanTimer)
    this.#orphanTimer = setTimeout(() => this.#dropOrphans(), ORPHAN_MS)
    // A process that has nothing else to do need not wait for that.
    ;(this.#orphanTimer as { unref?: () => void }).unref?.()
  }

  #dropOrphans(): void {
    const reason = 'No daemon asks for the call any more'
    for (const [id, { isOrphan }] of this.#entries) if (isOrphan) this.#abort(id, reason)
    for (const [id, { isOrphan }] of this.#streams) if (isOrphan) this.#abort(id, reason)
  }

  onCall(ask: AskFrame): void {
    const { id, key } = ask
    if (this.#done.has(id, key)) return
    const entry = this.#entries.get(id)
    if (entry !== undefined && !this.#isStale(entry, ask)) {
      entry.key = key
      entry.isOrphan = false
      const stream = this.#streams.get(id)
      if (stream !== undefined) Object.assign(stream, { key, isOrphan: false })
      if (entry.settlement === undefined) this.#deps.send({ type: 'ack', id, key })
      this.#sendSettlement(entry)
      return
    }
    switch (ask.kind) {
      case 'execute':
      case 'needs-approval': {
        const tool = this.#deps.find(ask.setId, ask.tool)
        if (tool === undefined) this.#unknown.set(id, ask)
        else this.#start(ask, entry => this.#run(tool, ask, entry))
        return
      }
      case 'next-item':
        this.#start(ask, () => this.#next(ask))
        return
      case 'close-stream':
        this.#start(ask, () => this.#close(ask))
        return
      default:
        ask satisfies never
    }
  }

  /** Whether an open stream cannot be read from its beginning any more. */
  #isStale({ key }: Entry, ask: AskFrame): boolean {
    const stream = this.#streams.get(ask.id)
    if (ask.kind !== 'execute' || stream === undefined || key === ask.key) return false
    for (let item = 1; item <= stream.items; item++) {
      if (!this.#entries.has(`${ask.callId}.item${item}`)) return true
    }
    return false
  }

  /** Makes the calls that waited for tools which are there now. */
  onTools(): void {
    const waiting = [...this.#unknown.values()]
    this.#unknown.clear()
    for (const ask of waiting) this.onCall(ask)
  }

  onCancel(id: string, reason: string): void {
    this.#unknown.delete(id)
    this.#abort(id, reason)
    this.#deps.send({ type: 'cancelled', id })
  }

  onAcknowledged(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry?.settlement === undefined) continue
      this.#entries.delete(id)
      this.#done.add(id, entry.key)
    }
  }

  /** Sends answers without an acknowledgement again. */
  resend(): void {
    const nowMs = performance.now()
    for (const entry of this.#entries.values()) {
      const isDue = nowMs - entry.sentAtMs >= RESEND_MS
      if (isDue && !entry.isOrphan) this.#sendSettlement(entry)
    }
  }

  /** Answers without an acknowledgement, to be sent by another way. */
  unacknowledged(): { id: string; key: string; settlement: Settlement }[] {
    return Array.from(this.#entries, ([id, { key, settlement }]) => ({
      id,
      key,
      settlement,
    })).filter(
      (answer): answer is typeof answer & { settlement: Settlement } =>
        answer.settlement !== undefined,
    )
  }

  /** Gives up everything that runs. */
  abortAll(reason: string): void {
    for (const id of [...this.#entries.keys(), ...this.#streams.keys()]) this.#abort(id, reason)
    this.#unknown.clear()
    this.#unacknowledged = []
    clearTimeout(this.#ackTimer)
    this.#ackTimer = undefined
    clearTimeout(this.#orphanTimer)
  }

  #abort(id: string, reason: string): void {
    const error = new Error(reason)
    const stream = this.#streams.get(id)
    const entry = this.#entries.get(id)
    this.#streams.delete(id)
    this.#entries.delete(id)
    const key = entry?.key ?? stream?.key
    if (key !== undefined) this.#done.add(id, key)
    entry?.controller.abort(error)
    stream?.controller.abort(error)
    // The stream cleans up by itself; no caller is left for the outcome.
    if (stream !== undefined) void closeIterator(stream.tool, stream.iterator)
    this.#deps.onSettled()
  }

  #start(ask: AskFrame, run: (entry: Entry) => Promise<Settlement>): void {
    const { id, key } = ask
    if (ask.kind === 'execute') this.#abandonStream(id)
    const controller = new AbortController()
    const entry = { ask, key, controller, settlement: undefined, sentAtMs: 0, isOrphan: false }
    this.#entries.set(id, entry)
    this.#acknowledgeSoon(entry)
    void run(entry).then(settlement => this.#settle(entry, settlement))
  }

  /** Acknowledges a call unless its answer comes at once, which acknowledges it too. */
  #acknowledgeSoon(entry: Entry): void {
    this.#unacknowledged.push(entry)
    this.#ackTimer ??= setTimeout(() => {
      this.#ackTimer = undefined
      for (const { ask, key, settlement } of this.#unacknowledged.splice(0)) {
        const isRunning = settlement === undefined && this.#entries.has(ask.id)
        if (isRunning) this.#deps.send({ type: 'ack', id: ask.id, key })
      }
    }, ACK_MS)
  }

  /** Closes the stream that an earlier daemon was reading, since its call is made anew. */
  #abandonStream(id: string): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#streams.delete(id)
    stream.controller.abort(new Error('The stream is read from its beginning again'))
    void closeIterator(stream.tool, stream.iterator)
  }

  #settle(entry: Entry, settlement: Settlement): void {
    // The call was cancelled: its answer is not wanted.
    if (this.#entries.get(entry.ask.id) !== entry) return
    const { tool } = entry.ask
    entry.settlement = this.#fitting(settlement, tool)
    if (!entry.isOrphan) this.#sendSettlement(entry)
    this.#deps.onSettled()
  }

  /** An answer that one frame can carry, or why it cannot. */
  #fitting(settlement: Settlement, tool: string): Settlement {
    if (settlement.kind !== 'value') return settlement
    // Escaped as a JSON string and in UTF-8 a character takes at most six bytes.
    if (settlement.value.length * 6 < this.#maxFrameBytes) return settlement
    const bytes = new TextEncoder().encode(JSON.stringify(settlement)).length + ROOM_BYTES
    if (bytes <= this.#maxFrameBytes) return settlement
    const message = `Cannot send the result of ${tool}: ${bytes} bytes, limit ${this.#maxFrameBytes}`
    return refused('RangeError', 'LIMIT_EXCEEDED', message, tool)
  }

  #sendSettlement(entry: Entry): void {
    const { ask, key, settlement } = entry
    if (settlement === undefined) return
    entry.sentAtMs = performance.now()
    this.#deps.send({ type: 'settle', id: ask.id, key, settlement })
  }

  async #run(
    tool: Tool,
    ask: ExecuteAsk | Extract<AskFrame, { kind: 'needs-approval' }>,
    entry: Entry,
  ): Promise<Settlement> {
    const context = this.#contextOf(ask, entry.controller.signal)
    const { files } = this.#deps
    if (ask.kind === 'needs-approval') return await askRule(tool, ask, context, files)
    const { settlement, iterator } = await runTool(tool, ask, context, files)
    if (iterator === undefined) return settlement
    const { controller, key } = entry
    if (controller.signal.aborted) void closeIterator(tool.name, iterator)
    else {
      const stream = { tool: tool.name, iterator, controller, key, items: 0, isOrphan: false }
      this.#streams.set(ask.id, stream)
    }
    return settlement
  }

  #contextOf(
    { id, callId, context }: Pick<ExecuteAsk, 'id' | 'callId' | 'context'>,
    signal: AbortSignal,
  ): ToolContext {
    const { executionId, sessionId, caller, metadata, idempotencyKey, traceparent } = context
    const progress = (value: unknown) => {
      if (!signal.aborted) this.#deps.send({ type: 'progress', id, progress: value })
    }
    const facts = { callId, executionId, sessionId, caller, idempotencyKey, metadata, traceparent }
    return { ...facts, signal, progress }
  }

  async #next({ callId, tool, item }: Extract<AskFrame, { kind: 'next-item' }>) {
    const stream = this.#streams.get(callId)
    if (stream === undefined || item !== stream.items + 1) {
      return interrupted(tool, `The client was lost while the stream of ${tool} was read`)
    }
    stream.items = item
    // A daemon that the client is not connected to reads it by way of another one.
    stream.isOrphan = false
    const settlement = await nextItem(tool, stream.iterator, this.#deps.files)
    if (settlement.kind !== 'value') this.#streams.delete(callId)
    return settlement
  }

  async #close({ callId, tool }: Extract<AskFrame, { kind: 'close-stream' }>) {
    const stream = this.#streams.get(callId)
    this.#streams.delete(callId)
    return await closeIterator(tool, stream?.iterator ?? { next: () => ended })
  }
}

const ended = { done: true, value: undefined } as const
/** The bytes of a frame beside the value. */
const ROOM_BYTES = 1024
