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
  readonly factsOf: (callNumber: number) => CallFacts
  /** Called when a stream ends. The record of the call that opened it ends with it. */
  readonly onEnd: (callNumber: number, outcome: CallOutcome | undefined) => void
}

/** A stream of an earlier process. */
interface LostStream {
  readonly tool: Tool
  readonly input: string
}

/** The open streams of one execution: reads their items, closes them, opens lost ones again. */
export class ToolStreams {
  #deps: StreamDependencies
  /** By `openedBy`, the number of the call that opened each. */
  #open = new Map<number, OpenStream>()
  #lost = new Map<number, LostStream>()

  constructor(deps: StreamDependencies) {
    this.#deps = deps
  }

  add(openedBy: number, stream: OpenStream): void {
    this.#open.set(openedBy, stream)
  }

  /** Takes note of a stream that an earlier process opened, to open it again when it is asked. */
  addLost(openedBy: number, tool: Tool, input: string): void {
    if (!this.#open.has(openedBy)) this.#lost.set(openedBy, { tool, input })
  }

  toolOf(openedBy: number): Tool | undefined {
    return this.#open.get(openedBy)?.tool ?? this.#lost.get(openedBy)?.tool
  }

  /** The reply with a stream's next item. @param callNumber number of the request for it */
  async next(callNumber: number, openedBy: number): Promise<string | LongString> {
    const stream = this.#open.get(openedBy) ?? (await this.#reopen(openedBy))
    if (stream === undefined) return DONE
    if ('kind' in stream) return replyOf(callNumber, stream)
    const outcome = await nextItem(stream, this.#deps.bounds)
    if (outcome === undefined || outcome.kind === 'thrown') this.#end(openedBy, stream, outcome)
    return outcome === undefined ? DONE : replyOf(callNumber, outcome)
  }

  /** The reply to a request to close a stream early. @param callNumber number of that request */
  async close(callNumber: number, openedBy: number): Promise<string | LongString> {
    if (this.#lost.delete(openedBy)) this.#deps.onEnd(openedBy, undefined)
    const stream = this.#open.get(openedBy)
    if (stream === undefined) return DONE
    const outcome = await closeStream(stream, this.#deps.bounds)
    this.#end(openedBy, stream, outcome)
    return replyOf(callNumber, outcome)
  }

  /** Lets all streams clean up, without waiting for them. */
  abort(): void {
    for (const stream of this.#open.values()) closeStream(stream, this.#deps.bounds)
    this.#open.clear()
  }

  #end(openedBy: number, stream: OpenStream, outcome: CallOutcome | undefined): void {
    const wasOpen = this.#open.delete(openedBy)
    stream.release()
    // When its execution was evicted it has not ended: it is opened again.
    if (wasOpen) this.#deps.onEnd(openedBy, outcome)
  }

  /**
   * Opens a stream of an earlier process again, and skips the delivered items; or returns an error.
   */
  async #reopen(openedBy: number): Promise<OpenStream | CallOutcome | undefined> {
    const { bounds, journal, factsOf, onEnd } = this.#deps
    const lost = this.#lost.get(openedBy)
    if (lost === undefined) return undefined
    this.#lost.delete(openedBy)
    const { tool, input } = lost
    const refuse = (outcome: CallOutcome) => {
      onEnd(openedBy, outcome)
      return outcome
    }
    if (effectOf(tool.annotations) !== 'readOnly') return refuse(interrupted(tool))
    const opened = await invoke(tool, input, factsOf(openedBy), bounds, AGAIN)
    if (opened.kind !== 'stream') {
      return refuse(opened.kind === 'thrown' ? opened : interrupted(tool))
    }
    const { stream } = opened
    for (let rest = journal.itemsOf(openedBy); rest > 0; rest--) {
      const skipped = await nextItem(stream, bounds)
      if (skipped === undefined || skipped.kind === 'thrown') {
        stream.release()
        return refuse(skipped ?? interrupted(tool))
      }
    }
    this.#open.set(openedBy, stream)
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
