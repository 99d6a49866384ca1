/**
 * The calls of one execution: from the guest's requests to tools and back, counted and recorded.
 *
 * A call may live longer than the run that made it: the guest can be torn down while the tool
 * works, and be recreated by replay. So a repeated request is found here by its number, and
 * compared with the first one.
 *
 * A result is journaled first. It is delivered then, to this run or to the next. A call is active
 * while a tool works for it. It is passive while it waits for a person or an instant. A guest that
 * waits for passive calls alone is asked to park.
 */

import type { WaitingFor } from '../../protocol/execution/execution.ts'
import type { CallContext, CallFacts } from '../../protocol/tool/call-context.ts'
import { thrownAs } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { rawTool } from '../../protocol/tool/tool-result.ts'
import { isRequestText } from '../boundary/earlier-requests.ts'
import type { GuestLink } from '../boundary/guest-pool.ts'
import { effectOf } from '../boundary/journal-record.ts'
import type { GuestMessage, GuestRequest, TextRequest } from '../boundary/messages.ts'
import { OpenArguments } from '../boundary/open-arguments.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import type { Redaction } from '../boundary/redaction.ts'
import { requestText, shownRequest } from '../boundary/request-fingerprint.ts'
import { LongString } from '../boundary/string-reply.ts'
import { isRawIndex, toolIndex } from '../boundary/tool-index.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'
import { type CallOutcome, replyOf } from '../tools/call-outcome.ts'
import { type CallBounds, interrupted, invoke, probe } from '../tools/invoke.ts'
import { Slots } from '../tools/slots.ts'
import { CallApprovals } from './call-approvals.ts'
import { CallCounts } from './call-counts.ts'
import type { CallPlan, CallsListener, RestoredCalls } from './call-plan.ts'
import { CallWaits } from './call-waits.ts'
import { answerFile, type FileRequest } from './file-calls.ts'
import { Journal } from './journal.ts'
import { deliverTexts } from './journal-texts.ts'
import type { Latencies } from './latencies.ts'
import { type OpenCall, OpenCalls } from './open-calls.ts'
import { ToolStreams } from './tool-streams.ts'

/** The calls of one execution: receives requests, runs tools, journals and delivers results. */
export class ToolCalls {
  readonly journal: Journal
  readonly approvals: CallApprovals
  #plan: CallPlan
  #record: ExecutionRecord
  #host: ExecutionHost
  #listener: CallsListener
  #now: () => number
  #bounds: CallBounds
  #counts: CallCounts
  #run: GuestLink | undefined
  #open = new OpenCalls()
  #arguments: OpenArguments
  /** Calls under way, to be aborted with the execution. */
  #underWay = new Set<CallContext>()
  #streams: ToolStreams
  #waits: CallWaits
  // Assigned in the constructor, V8 makes it in its old memory, and it holds its execution there until a
  // full collection. In an initializer it would not: then large values are copied young (ADR 32).
  #factsOf: (callNumber: number) => CallFacts

  constructor(
    plan: CallPlan,
    record: ExecutionRecord,
    host: ExecutionHost,
    listener: CallsListener,
    { latencies, now }: { readonly latencies: Latencies; readonly now: () => number },
    restored: RestoredCalls | undefined,
  ) {
    this.#now = now
    this.#plan = plan
    this.#record = record
    this.#host = host
    this.#listener = listener
    this.journal = new Journal(restored?.records)
    this.#counts = new CallCounts(restored?.records)
    this.approvals = new CallApprovals(plan, record, host, restored?.approvals ?? [], now)
    const { callMs, maxCallBytes, maxCallResultBytes, maxConcurrentCalls } = plan.limits
    const track = (context: CallContext) => {
      this.#underWay.add(context)
      return () => this.#underWay.delete(context)
    }
    this.#arguments = new OpenArguments(plan.limits)
    const slots = new Slots(maxConcurrentCalls)
    const { redaction, files } = host
    if (files !== undefined) {
      files.onFull = message => listener.onLimit('maxFilesBytes', message)
    }
    this.#bounds = { slots, callMs, maxCallBytes, maxCallResultBytes, redaction, files, track }
    this.#factsOf = callNumber => callFacts(plan, record, redaction, callNumber)
    this.#streams = new ToolStreams({
      bounds: this.#bounds,
      journal: this.journal,
      factsOf: this.#factsOf,
      onEnd: (callNumber, outcome) => recordEnd(record, callNumber, outcome),
    })
    this.#waits = new CallWaits({
      ...{ plan, host, listener, latencies, now, journal: this.journal, approvals: this.approvals },
      ...{ open: this.#open, counts: this.#counts },
      diverge: (callNumber, is, was) => this.#diverge(callNumber, is, was),
      askToPark: () => this.#askToPark(),
    })
  }

  /** About how many bytes the calls hold in memory: answers, and arguments of open ones. */
  get heldBytes(): number {
    return this.journal.heldBytes + this.approvals.heldBytes + this.#arguments.characters
  }

  /** Sets the run that receives replies from now on; `undefined`: there is none. */
  attach(run: GuestLink | undefined): void {
    this.#run = run
    if (run !== undefined) this.#askToPark()
  }

  /** Takes a message of the guest. */
  receive(message: GuestMessage): void {
    switch (message.kind) {
      case 'logs':
        this.#record.addLogs(message.lines)
        return
      case 'compiled':
        this.#listener.onProgram(message.program)
        return
      case 'clear-timer':
        this.#clearTimer(message.callNumber)
        return
      case 'load-text':
        this.#loadTexts(message)
        return
      case 'reopen-stream':
        this.#streams.addLost(message.callNumber, this.#toolAt(message.tool), message.input)
        return
      default:
        this.#ask(message)
    }
  }

  #loadTexts(request: TextRequest): void {
    const { files, writer } = this.#host
    const run = this.#run
    // The guest of a later run asks for itself.
    const current = () => (this.#run === run ? run : undefined)
    const readTexts = writer && ((callNumbers: readonly number[]) => writer.readTexts(callNumbers))
    deliverTexts(this.journal, request, readTexts, files, current).catch(this.#listener.onFault)
  }

  /** What the guest waits for, in the order of its asking. */
  waitingFor(): WaitingFor[] {
    return this.#open.waitingFor(callNumber => this.#record.calls.idOf(callNumber))
  }

  /** Whether the host is showing an approval, which must not be named before that is done. */
  isShowingApproval(): boolean {
    return this.#open.isShowingApproval()
  }

  /**
   * The first instant at which a call has to be looked at, when all calls are passive. `undefined`: a
   * call is active. `Infinity`: no call has an instant.
   */
  wakeAtMs(): number | undefined {
    const dueAtMs = this.#open.wakeAtMs()
    return dueAtMs && Math.min(dueAtMs, this.approvals.firstExpiryMs())
  }

  /** Whether the guest has yet to receive the outcome of a decided call. */
  hasDecided(): boolean {
    return this.approvals.hasDecided(callNumber => this.journal.requestOf(callNumber) === undefined)
  }

  /** Cancels the timers: the execution is evicted, and its store has the instants. */
  evict(): void {
    this.#open.clear()
    this.#arguments.clear()
    this.approvals.evict()
  }

  /** Aborts the open calls, if any for this reason, and lets the streams clean up without waiting. */
  abort(reasonOf: () => Error): void {
    this.evict()
    const reason = this.#underWay.size > 0 ? reasonOf() : undefined
    for (const context of this.#underWay) context.abort(reason as Error)
    this.#streams.abort()
    this.#underWay.clear()
  }

  #ask(request: GuestRequest): void {
    const { callNumber } = request
    const nameOf = (index: number) => this.#toolAt(index).name
    const text = requestText(request, nameOf)
    const open = this.#open.get(callNumber)
    const before =
      open?.request ??
      this.journal.requestOf(callNumber) ??
      this.journal.intentOf(callNumber)?.request
    if (before !== undefined && before !== text && !isRequestText(before, request, nameOf)) {
      this.#diverge(callNumber, text, before)
      return
    }
    if (open !== undefined) open.isBlocking = request.kind === 'call' && request.isBlocking
    else if (this.journal.requestOf(callNumber) === undefined) this.#start(request, text)
    this.#askToPark()
  }

  #diverge(callNumber: number, is: string, was: string): void {
    const message = `Call ${callNumber} of the program is ${shownRequest(is)}; before it was ${shownRequest(was)}`
    this.#listener.onStuck({ code: 'NONDETERMINISM', name: 'Nondeterminism', message })
  }

  #start(request: GuestRequest, text: string): void {
    const { callNumber } = request
    const add = () => this.#open.add(callNumber, text, '', 'readOnly')
    switch (request.kind) {
      case 'call': {
        const tool = this.#toolAt(request.tool)
        if (tool.change !== undefined) {
          const message = `Cannot call ${tool.name}: ${tool.change}`
          this.#listener.onStuck({ code: 'TOOL_CHANGED', name: 'ToolChanged', message })
          return
        }
        const open = this.#open.add(callNumber, text, tool.name, effectOf(tool.annotations))
        open.isBlocking = request.isBlocking
        this.#settleWith(open, this.#call(open, tool, request.input, request.atMs))
        return
      }
      case 'file':
        void this.#answerFile(add(), request)
        return
      case 'next-item': {
        const tool = this.#streams.toolOf(request.stream)
        const effect = tool === undefined ? 'readOnly' : effectOf(tool.annotations)
        const open = this.#open.add(callNumber, text, tool?.name ?? '', effect)
        this.#settleWith(open, this.#streams.next(callNumber, request.stream))
        return
      }
      case 'close-stream':
        this.#settleWith(add(), this.#streams.close(callNumber, request.stream))
        return
      case 'start-timer': {
        const open = add()
        this.#waits.wait(open, request.delayMs, request.atMs, () => this.#settle(open, ''))
        return
      }
    }
  }

  async #settleWith(open: OpenCall, reply: Promise<string | LongString>): Promise<void> {
    this.#settle(open, await reply)
  }

  async #answerFile(open: OpenCall, request: FileRequest): Promise<void> {
    const { text, whole } = await answerFile(request, this.#host, this.#record)
    this.#settle(open, text, whole)
  }

  /**
   * Journals a reply, and hands it to the guest that is there.
   *
   * @param whole the reply as the guest takes it, where the journal has less of it
   */
  #settle(open: OpenCall, reply: string | LongString, whole = reply): void {
    // The execution has ended, or was evicted.
    if (!this.#open.remove(open.callNumber)) return
    this.#arguments.remove(open.callNumber)
    const { callNumber, tool, request, effect } = open
    const atMs = this.#now()
    const { maxJournalBytes } = this.#plan.limits
    // The guest goes on while the host does the rest, within one turn of the event loop, so no later
    // message of the guest comes between. Near the limit the reply is counted first.
    const isAhead = this.journal.isSurelyWithin(maxJournalBytes, reply)
    if (isAhead) this.#deliver(callNumber, whole, atMs)
    const record = this.journal.deliver({ callNumber, tool, request, effect, atMs }, reply)
    this.#host.writer?.record(record)
    if (this.journal.isOver(maxJournalBytes)) {
      const message = `The tools answered more than maxJournalBytes ${maxJournalBytes}`
      this.#listener.onLimit('maxJournalBytes', message)
    }
    if (!isAhead) this.#deliver(callNumber, whole, atMs)
    this.#askToPark()
    this.#listener.onSettled()
  }

  #deliver(callNumber: number, reply: string | LongString, atMs: number): void {
    const text = reply instanceof LongString ? { string: reply.string } : reply
    this.#run?.deliver({ callNumber, text, atMs })
  }

  /** Asks the guest to park if all calls that it can wait for are passive; otherwise takes that back. */
  #askToPark(): void {
    this.#run?.setParking(this.#open.isAllPassive)
  }

  async #call(
    open: OpenCall,
    tool: Tool,
    input: string,
    atMs: number,
  ): Promise<string | LongString> {
    const { callNumber } = open
    this.#record.calls.start(callNumber, tool.name, input)
    const facts = this.#factsOf(callNumber)
    let outcome = refused(this.#arguments.add(tool.name, input.length, callNumber), tool)
    if (outcome === undefined && this.journal.isInterrupted(callNumber)) {
      // The count let the call pass in another process, when it left for its tool.
      this.#counts.count(tool)
      outcome =
        tool.probe === undefined ? interrupted(tool) : await probe(tool, input, facts, this.#bounds)
    }
    outcome ??= await invoke(tool, input, facts, this.#bounds, this.#waits.steps(open, atMs))
    open.endTiming?.()
    // When its execution was evicted it has not ended: it is made again, or its end is unknown.
    const isAway = !this.#open.has(open)
    if (outcome.kind === 'stream') this.#streams.add(callNumber, outcome.stream)
    // The record of a call that opened a stream ends with the stream.
    else if (!isAway) recordEnd(this.#record, callNumber, outcome)
    return replyOf(callNumber, outcome)
  }

  #clearTimer(callNumber: number): void {
    const open = this.#open.get(callNumber)
    if (open === undefined) return
    open.cancel?.()
    this.#open.remove(callNumber)
    this.#askToPark()
  }

  /** The tool that a call names (`executor/boundary/tool-index.ts`). */
  #toolAt(number: number): Tool {
    const tool = this.#plan.toolbox.tools[toolIndex(number)]
    if (tool === undefined) throw new Error(`the guest called tool ${number}, which it has not`)
    return isRawIndex(number) ? rawTool(tool) : tool
  }
}

/** The outcome of a call that is refused. @param message why; absent: it is not refused */
function refused(message: string | undefined, { name }: Tool): CallOutcome | undefined {
  if (message === undefined) return undefined
  return { kind: 'thrown', thrown: thrownAs('RangeError', 'LIMIT_EXCEEDED', message, name) }
}

/** Ends a call in a record. @param outcome absent for a stream that came to its end */
function recordEnd(
  { calls }: ExecutionRecord,
  callNumber: number,
  outcome: CallOutcome | undefined,
): void {
  if (outcome?.kind === 'value') calls.end(callNumber, undefined, outcome.text)
  else if (outcome?.kind !== 'thrown') calls.end(callNumber)
  else {
    const { name, message, code } = outcome.thrown
    calls.end(callNumber, { name, message, ...(code !== undefined && { code }) })
  }
}

/** The facts of a call. @param callNumber its number */
function callFacts(
  { executionId, sessionId, caller, metadata, traceparent }: CallPlan,
  record: ExecutionRecord,
  redaction: Redaction | undefined,
  callNumber: number,
): CallFacts {
  return {
    callId: record.calls.idOf(callNumber),
    executionId,
    sessionId,
    caller,
    metadata: metadata ?? {},
    traceparent,
    onProgress: progress =>
      record.calls.progress(callNumber, redaction ? redaction.value(progress) : progress),
  }
}
