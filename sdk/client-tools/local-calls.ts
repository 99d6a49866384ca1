/**
 * The calls that a daemon has made of this process's tools.
 *
 * A call runs once here, however often it is delivered: who asks again is told what there is. An
 * answer is remembered until the daemon has acknowledged it, and its id for some time after that.
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
  type ToolIterator,
} from './run-tool.ts'

export interface LocalDependencies {
  /** Sends a frame, if there is a connection. */
  readonly send: (frame: ClientFrame) => void
  /** The tool that is meant; `undefined` while this process does not have it. */
  readonly find: (setId: string | undefined, name: string) => Tool | undefined
  /** Told when a call has ended. */
  readonly onSettled: () => void
}

/** Something asked: running until it has a settlement. */
interface Entry {
  readonly ask: AskFrame
  /** Of the last time that it was asked. */
  key: string
  readonly controller: AbortController
  settlement: Settlement | undefined
  sentAtMs: number
  /** Whether the daemon that asked for it is gone, and none has asked for it since. */
  isOrphan: boolean
}

interface OpenStream {
  readonly tool: string
  readonly iterator: ToolIterator
  readonly controller: AbortController
  key: string
  /** Items that were asked for. */
  items: number
  isOrphan: boolean
}

/** How long an acknowledgement waits for the answer, which makes it needless. */
const ACK_MS = 5
/** Ids of acknowledged answers that are remembered. */
const MAX_DONE = 10_000
/** What no daemon has asked for again so long after another one came is given up. */
const ORPHAN_MS = 600_000

export class LocalCalls {
  readonly #powers: LocalDependencies
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

  constructor(powers: LocalDependencies) {
    this.#powers = powers
  }

  /** Whether a tool works, or a stream is open. */
  get isBusy(): boolean {
    if (this.#streams.size > 0) return true
    for (const { settlement } of this.#entries.values()) if (settlement === undefined) return true
    return false
  }

  /** What is held, for a hello. */
  held(): { id: string; key: string }[] {
    const held = new Map<string, string>()
    for (const [id, { key }] of this.#streams) held.set(id, key)
    for (const [id, { key }] of this.#entries) held.set(id, key)
    return Array.from(held, ([id, key]) => ({ id, key }))
  }

  /** A connection stands: what was answered meanwhile is sent. */
  onWelcome({ daemonId, maxFrameBytes }: Extract<DaemonFrame, { type: 'welcome' }>): void {
    this.#maxFrameBytes = maxFrameBytes
    // What was not acknowledged is delivered again.
    this.#unknown.clear()
    if (this.#daemonId !== undefined && this.#daemonId !== daemonId) this.#orphanAll()
    this.#daemonId = daemonId
    for (const entry of this.#entries.values()) if (!entry.isOrphan) this.#sendSettlement(entry)
  }

  /** Another daemon asks again for what it wants of this; the rest is given up after a while. */
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
      if (entry.settlement === undefined) this.#powers.send({ type: 'ack', id, key })
      this.#sendSettlement(entry)
      return
    }
    switch (ask.kind) {
      case 'execute':
      case 'needs-approval': {
        const tool = this.#powers.find(ask.setId, ask.tool)
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

  /** Whether a stream that was opened cannot be read from its beginning any more. */
  #isStale({ key }: Entry, ask: AskFrame): boolean {
    const stream = this.#streams.get(ask.id)
    if (ask.kind !== 'execute' || stream === undefined || key === ask.key) return false
    for (let item = 1; item <= stream.items; item++) {
      if (!this.#entries.has(`${ask.callId}.item${item}`)) return true
    }
    return false
  }

  /** Calls of tools that were not there are made when they are. */
  onTools(): void {
    const waiting = [...this.#unknown.values()]
    this.#unknown.clear()
    for (const ask of waiting) this.onCall(ask)
  }

  onCancel(id: string, reason: string): void {
    this.#unknown.delete(id)
    this.#abort(id, reason)
    this.#powers.send({ type: 'cancelled', id })
  }

  onAcknowledged(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry?.settlement === undefined) continue
      this.#entries.delete(id)
      this.#done.add(id, entry.key)
    }
  }

  /** Sends again what was not acknowledged. */
  resend(): void {
    const nowMs = performance.now()
    for (const entry of this.#entries.values()) {
      const isDue = nowMs - entry.sentAtMs >= RESEND_MS
      if (isDue && !entry.isOrphan) this.#sendSettlement(entry)
    }
  }

  /** Answers that were not acknowledged, to be left by another way. */
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

  /** Gives up all that is running. */
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
    // It cleans up by itself; nobody is left who could be told how that went.
    if (stream !== undefined) void closeIterator(stream.tool, stream.iterator)
    this.#powers.onSettled()
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

  /** An answer that comes at once says as well that the call has come: then nothing else is sent. */
  #acknowledgeSoon(entry: Entry): void {
    this.#unacknowledged.push(entry)
    this.#ackTimer ??= setTimeout(() => {
      this.#ackTimer = undefined
      for (const { ask, key, settlement } of this.#unacknowledged.splice(0)) {
        const isRunning = settlement === undefined && this.#entries.has(ask.id)
        if (isRunning) this.#powers.send({ type: 'ack', id: ask.id, key })
      }
    }, ACK_MS)
  }

  /** A call is made anew whose stream an earlier daemon was reading. */
  #abandonStream(id: string): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#streams.delete(id)
    stream.controller.abort(new Error('The stream is read from its beginning again'))
    void closeIterator(stream.tool, stream.iterator)
  }

  #settle(entry: Entry, settlement: Settlement): void {
    // It was cancelled: nobody asks for its answer.
    if (this.#entries.get(entry.ask.id) !== entry) return
    const { tool } = entry.ask
    entry.settlement = this.#fitting(settlement, tool)
    if (!entry.isOrphan) this.#sendSettlement(entry)
    this.#powers.onSettled()
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
    this.#powers.send({ type: 'settle', id: ask.id, key, settlement })
  }

  async #run(
    tool: Tool,
    ask: ExecuteAsk | Extract<AskFrame, { kind: 'needs-approval' }>,
    entry: Entry,
  ): Promise<Settlement> {
    const context = this.#contextOf(ask, entry.controller.signal)
    if (ask.kind === 'needs-approval') return await askRule(tool, ask, context)
    const { settlement, iterator } = await runTool(tool, ask, context)
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
      if (!signal.aborted) this.#powers.send({ type: 'progress', id, progress: value })
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
    const settlement = await nextItem(tool, stream.iterator)
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
/** What a frame holds beside the value. */
const ROOM_BYTES = 1024
