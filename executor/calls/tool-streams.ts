/**
 * The streams that an execution's calls have opened: their items, their end, and how a later
 * process opens them again.
 */

import type { CallFacts } from '../../protocol/tool/call-context.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { DONE } from '../../protocol/values/value-format.ts'
import { effectOf } from '../boundary/journal-record.ts'
import type { LongString } from '../boundary/string-reply.ts'
import { type CallOutcome, type OpenStream, replyOf } from '../tools/call-outcome.ts'
import {
  type CallBounds,
  type CallSteps,
  closeStream,
  interrupted,
  invoke,
  nextItem,
} from '../tools/invoke.ts'
import type { Journal } from './journal.ts'

/** The dependencies of the streams of one execution. */
export interface StreamDependencies {
  readonly bounds: CallBounds
  readonly journal: Journal
  readonly factsOf: (call: number) => CallFacts
  /** Called when a stream ends. The record of the call that opened it ends with it. */
  readonly onEnd: (call: number, outcome: CallOutcome | undefined) => void
}

/** A stream of an earlier process. */
interface LostStream {
  readonly tool: Tool
  readonly input: string
}

/** The open streams of one execution: reads their items, closes them, opens lost ones again. */
export class ToolStreams {
  #deps: StreamDependencies
  /** By the number of the call that opened each. */
  #open = new Map<number, OpenStream>()
  #lost = new Map<number, LostStream>()

  constructor(deps: StreamDependencies) {
    this.#deps = deps
  }

  add(call: number, stream: OpenStream): void {
    this.#open.set(call, stream)
  }

  /** Takes note of a stream that an earlier process opened, to open it again when it is asked. */
  addLost(call: number, tool: Tool, input: string): void {
    if (!this.#open.has(call)) this.#lost.set(call, { tool, input })
  }

  toolOf(call: number): Tool | undefined {
    return this.#open.get(call)?.tool ?? this.#lost.get(call)?.tool
  }

  /** The reply with a stream's next item. @param id of the request */
  async next(id: number, call: number): Promise<string | LongString> {
    const stream = this.#open.get(call) ?? (await this.#reopen(call))
    if (stream === undefined) return DONE
    if ('kind' in stream) return replyOf(id, stream)
    const outcome = await nextItem(stream, this.#deps.bounds)
    if (outcome === undefined || outcome.kind === 'thrown') this.#end(call, stream, outcome)
    return outcome === undefined ? DONE : replyOf(id, outcome)
  }

  /** The reply to leaving a stream early. @param id of the request */
  async close(id: number, call: number): Promise<string | LongString> {
    if (this.#lost.delete(call)) this.#deps.onEnd(call, undefined)
    const stream = this.#open.get(call)
    if (stream === undefined) return DONE
    const outcome = await closeStream(stream, this.#deps.bounds)
    this.#end(call, stream, outcome)
    return replyOf(id, outcome)
  }

  /** Lets all streams clean up, without waiting for them. */
  abort(): void {
    for (const stream of this.#open.values()) closeStream(stream, this.#deps.bounds)
    this.#open.clear()
  }

  #end(call: number, stream: OpenStream, outcome: CallOutcome | undefined): void {
    this.#open.delete(call)
    stream.release()
    this.#deps.onEnd(call, outcome)
  }

  /**
   * Opens a stream of an earlier process again, and skips the delivered items; or returns an error.
   */
  async #reopen(call: number): Promise<OpenStream | CallOutcome | undefined> {
    const { bounds, journal, factsOf, onEnd } = this.#deps
    const lost = this.#lost.get(call)
    if (lost === undefined) return undefined
    this.#lost.delete(call)
    const { tool, input } = lost
    const refuse = (outcome: CallOutcome) => {
      onEnd(call, outcome)
      return outcome
    }
    if (effectOf(tool.annotations) !== 'readOnly') return refuse(interrupted(tool))
    const opened = await invoke(tool, input, factsOf(call), bounds, AGAIN)
    if (opened.kind !== 'stream') {
      return refuse(opened.kind === 'thrown' ? opened : interrupted(tool))
    }
    const { stream } = opened
    for (let rest = journal.itemsOf(call); rest > 0; rest--) {
      const skipped = await nextItem(stream, bounds)
      if (skipped === undefined || skipped.kind === 'thrown') {
        stream.release()
        return refuse(skipped ?? interrupted(tool))
      }
    }
    this.#open.set(call, stream)
    return stream
  }
}

/** A stream that is opened again was approved the first time, and is read only. */
const AGAIN: CallSteps = {
  count: () => undefined,
  awaitDecision: () => Promise.reject(new Error('a stream was asked about twice')),
  isRemembered: () => true,
  leave: () => undefined,
  startWait: () => Promise.resolve(),
}
