/** The calls of one execution: from the guest's messages to tools and back, counted and recorded. */

import type { LogLine } from '../protocol/execution.ts'
import type { LimitName, Limits } from '../protocol/limits.ts'
import { DONE, STREAM, THROWN } from '../protocol/value-format.ts'
import type { ExecutionRecord } from './execution-record.ts'
import type { GuestCalls } from './guest-run.ts'
import type { CallContext } from './tools/context.ts'
import {
  type CallBounds,
  type CallOutcome,
  closeStream,
  invoke,
  nextItem,
  type OpenStream,
} from './tools/invoke.ts'
import { Slots } from './tools/slots.ts'
import type { Toolbox } from './tools/toolbox.ts'

export interface CallPlan {
  readonly executionId: string
  readonly toolbox: Toolbox
  readonly limits: Limits
  readonly metadata: Readonly<Record<string, unknown>> | undefined
}

export class ToolCalls implements GuestCalls {
  #plan: CallPlan
  #record: ExecutionRecord
  #bounds: CallBounds
  #onLimit: (limit: LimitName, message: string) => void
  /** Calls under way, to be aborted with the execution. */
  #underWay = new Set<CallContext>()
  /** Streams that are open, by the number of the call that opened them. */
  #streams = new Map<number, OpenStream>()
  #journalBytes = 0
  /** Lines that a run before this one has already told. */
  #repeatedLogs = 0

  constructor(
    plan: CallPlan,
    record: ExecutionRecord,
    onLimit: (limit: LimitName, message: string) => void,
  ) {
    this.#plan = plan
    this.#record = record
    this.#onLimit = onLimit
    const { callMs, maxCallResultBytes, maxConcurrentCalls } = plan.limits
    const track = (context: CallContext) => {
      this.#underWay.add(context)
      return () => this.#underWay.delete(context)
    }
    this.#bounds = { slots: new Slots(maxConcurrentCalls), callMs, maxCallResultBytes, track }
  }

  async call(id: number, toolIndex: number, input: string): Promise<string> {
    const { toolbox, executionId, metadata } = this.#plan
    const tool = toolbox.tools[toolIndex]
    if (tool === undefined)
      throw new Error(`the guest called tool ${toolIndex}, which it was not given`)
    const facts = {
      callId: this.#record.startCall(id, tool.name),
      executionId,
      metadata: metadata ?? {},
      onProgress: (progress: unknown) => this.#record.progressCall(id, progress),
    }
    const outcome = await invoke(tool, input, facts, this.#bounds)
    if (outcome.kind === 'stream') this.#streams.set(id, outcome.stream)
    // The record of a call that opened a stream ends with the stream.
    else this.#recordEnd(id, outcome)
    return this.#reply(id, outcome)
  }

  async nextItem(id: number, streamId: number): Promise<string> {
    const stream = this.#streams.get(streamId)
    if (stream === undefined) return DONE
    const outcome = await nextItem(stream, this.#bounds)
    if (outcome === undefined || outcome.kind === 'thrown')
      this.#endStream(streamId, stream, outcome)
    return outcome === undefined ? DONE : this.#reply(id, outcome)
  }

  async closeStream(id: number, streamId: number): Promise<string> {
    const stream = this.#streams.get(streamId)
    if (stream === undefined) return DONE
    const outcome = await closeStream(stream, this.#bounds)
    this.#endStream(streamId, stream, outcome)
    return this.#reply(id, outcome)
  }

  logs(lines: readonly LogLine[]): void {
    const repeated = Math.min(this.#repeatedLogs, lines.length)
    this.#repeatedLogs -= repeated
    this.#record.addLogs(lines.slice(repeated))
  }

  /** The guest starts again from nothing: lines that were told are not told twice. */
  repeatLogs(): void {
    this.#repeatedLogs = this.#record.logCount
  }

  /** Aborts what is under way, and lets the streams clean up; nobody waits for them. */
  abort(reason: Error): void {
    for (const context of this.#underWay) context.abort(reason)
    for (const stream of this.#streams.values()) closeStream(stream, this.#bounds)
    this.#underWay.clear()
    this.#streams.clear()
  }

  #endStream(id: number, stream: OpenStream, outcome: CallOutcome | undefined): void {
    this.#streams.delete(id)
    stream.release()
    this.#recordEnd(id, outcome)
  }

  #recordEnd(id: number, outcome: CallOutcome | undefined): void {
    if (outcome?.kind !== 'thrown') this.#record.endCall(id)
    else {
      const { name, message, code } = outcome.thrown
      this.#record.endCall(id, { name, message, ...(code !== undefined && { code }) })
    }
  }

  #reply(id: number, outcome: CallOutcome): string {
    const text = replyText(id, outcome)
    this.#journalBytes += text.length
    const { maxJournalBytes } = this.#plan.limits
    if (this.#journalBytes > maxJournalBytes) {
      this.#onLimit(
        'maxJournalBytes',
        `The tools answered more than maxJournalBytes ${maxJournalBytes}`,
      )
    }
    return text
  }
}

function replyText(id: number, outcome: CallOutcome): string {
  switch (outcome.kind) {
    case 'value':
      return outcome.text
    case 'stream':
      return `${STREAM}${id}`
    case 'thrown':
      return THROWN + JSON.stringify(outcome.thrown)
  }
}
