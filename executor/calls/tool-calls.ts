/**
 * The calls of one execution: from the guest's requests to tools and back, counted and recorded.
 *
 * A call lives longer than the run that made it: the guest may be torn down while the tool works,
 * and be brought back by replay. What a guest asks for again is therefore found here by its number,
 * and held against what it asked for before.
 *
 * What is settled is journaled first and delivered then, to the run that is there or to the next.
 * A call is active while something is done for it, and passive while it waits for a person or for an
 * instant; a guest that waits for passive calls alone is asked to park.
 */

import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import type { LogLine, WaitingFor } from '../../protocol/execution/execution.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { rawTool } from '../../protocol/tool/tool-result.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { GuestLink } from '../boundary/guest-pool.ts'
import { type Effect, effectOf } from '../boundary/journal-record.ts'
import type { GuestMessage, GuestRequest, TextRequest } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import { requestText } from '../boundary/request-fingerprint.ts'
import { isRawIndex, toolIndex } from '../boundary/tool-index.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'
import type { CallOutcome } from '../tools/call-outcome.ts'
import type { CallContext, CallFacts } from '../tools/context.ts'
import { type CallBounds, type CallSteps, interrupted, invoke, probe } from '../tools/invoke.ts'
import { Slots } from '../tools/slots.ts'
import { CallApprovals } from './call-approvals.ts'
import { CallCounts } from './call-counts.ts'
import type { CallPlan, CallsListener, RestoredCalls } from './call-plan.ts'
import { Journal } from './journal.ts'
import { deliverTexts } from './journal-texts.ts'
import type { Latencies } from './latencies.ts'
import { OpenArguments } from './open-arguments.ts'
import { replyText } from './reply-text.ts'
import { ToolStreams } from './tool-streams.ts'

/** A call, timer or item that the guest has asked for and that is not settled. */
interface OpenCall {
  readonly id: number
  readonly request: string
  readonly tool: string
  readonly effect: Effect
  /** Whether the guest does nothing else until it is settled. */
  isBlocking: boolean
  isPassive: boolean
  /** Ends the timing of its tool. */
  endTiming?: () => void
  /** The instant that it waits for; absent for a person. */
  dueAtMs?: number
  approvalId?: string
  /** Whether its approval is on its way to whoever may decide it. */
  isShowing?: boolean
  /** Lets go of a timer. */
  cancel?: () => void
}

export class ToolCalls {
  readonly journal: Journal
  readonly approvals: CallApprovals
  #plan: CallPlan
  #record: ExecutionRecord
  #host: ExecutionHost
  #listener: CallsListener
  #latencies: Latencies
  #now: () => number
  #bounds: CallBounds
  #counts: CallCounts
  #run: GuestLink | undefined
  #open = new Map<number, OpenCall>()
  #arguments: OpenArguments
  #passive = 0
  /** Calls under way, to be aborted with the execution. */
  #underWay = new Set<CallContext>()
  #streams: ToolStreams
  /** Intents of an earlier process: of their calls nobody knows whether they ran. */
  #interrupted = new Set<number>()
  /** How long the journal of an earlier process was; until more comes the guest repeats that. */
  #restoredLength = -1

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
    this.#latencies = latencies
    this.journal = new Journal(restored?.records)
    this.#counts = new CallCounts(restored?.records)
    this.approvals = new CallApprovals(plan, record, host, restored?.approvals ?? [], now)
    if (restored !== undefined) {
      this.#restoredLength = this.journal.length
      for (const { kind, seq } of restored.records) {
        const isOpen = kind === 'intent' && this.journal.requestOf(seq) === undefined
        if (isOpen) this.#interrupted.add(seq)
      }
    }
    const { callMs, maxCallBytes, maxCallResultBytes, maxConcurrentCalls } = plan.limits
    const track = (context: CallContext) => {
      this.#underWay.add(context)
      return () => this.#underWay.delete(context)
    }
    this.#arguments = new OpenArguments(plan.limits)
    const slots = new Slots(maxConcurrentCalls)
    const { redaction } = host
    this.#bounds = { slots, callMs, maxCallBytes, maxCallResultBytes, redaction, track }
    this.#streams = new ToolStreams({
      bounds: this.#bounds,
      journal: this.journal,
      factsOf: id => this.#factsOf(id, record.callId(id)),
      onEnd: (id, outcome) => this.#recordEnd(id, outcome),
    })
  }

  /** About how many bytes the calls hold in memory: answers, and arguments of open ones. */
  get heldBytes(): number {
    return this.journal.heldBytes + this.#arguments.characters
  }

  /** The run that gets what is settled from now on. */
  attach(run: GuestLink | undefined): void {
    this.#run = run
    if (run !== undefined) this.#askToPark()
  }

  /** Takes a message of the guest. */
  receive(message: GuestMessage): void {
    switch (message.kind) {
      case 'logs':
        this.addLogs(message.lines)
        return
      case 'compiled':
        this.#listener.onProgram(message.program)
        return
      case 'clear-timer':
        this.#clearTimer(message.id)
        return
      case 'load-text':
        this.#loadTexts(message)
        return
      case 'reopen-stream':
        this.#streams.addLost(message.id, this.#toolAt(message.tool), message.input)
        return
      default:
        this.#ask(message)
    }
  }

  #loadTexts(request: TextRequest): void {
    const { writer } = this.#host
    const run = this.#run
    // A guest that comes later asks for itself.
    const current = () => (this.#run === run ? run : undefined)
    const readTexts = writer && ((seqs: readonly number[]) => writer.readTexts(seqs))
    deliverTexts(this.journal, request, readTexts, current).catch(this.#listener.onFault)
  }

  addLogs(lines: readonly LogLine[]): void {
    this.#record.addLogs(lines)
  }

  /** What the guest waits for, in the order of its asking. */
  waitingFor(): WaitingFor[] {
    const list: WaitingFor[] = []
    for (const { id, tool, isPassive, approvalId } of this.#open.values()) {
      if (tool === '') continue
      const callId = this.#record.callId(id)
      const isAsked = isPassive && approvalId !== undefined
      list.push({ callId, tool, ...(isAsked && { approvalId }) })
    }
    return list
  }

  /** Whether an approval is on its way to whoever may decide it, and not to be named before. */
  isShowingApproval(): boolean {
    return this.#open.values().some(({ isShowing }) => isShowing === true)
  }

  /**
   * The instant at which the first of the calls has to be looked at, when all of them are passive;
   * `undefined` when something is done for one of them. `Infinity`: none has an instant.
   */
  wakeAtMs(): number | undefined {
    if (this.#open.size > this.#passive) return undefined
    let wakeAtMs = this.approvals.firstExpiryMs()
    for (const { dueAtMs } of this.#open.values()) {
      if (dueAtMs !== undefined) wakeAtMs = Math.min(wakeAtMs, dueAtMs)
    }
    return wakeAtMs
  }

  /** Whether a decision is there that the guest has not been told. */
  hasDecided(): boolean {
    return this.approvals
      .list()
      .some(
        ({ approval, seq }) =>
          approval.status !== 'pending' && this.journal.requestOf(seq) === undefined,
      )
  }

  /** Whether a guest that parked there can go on. */
  canResume(awaited: number | undefined, received: number): boolean {
    return awaited === undefined
      ? this.journal.length > received
      : this.journal.requestOf(awaited) !== undefined
  }

  /** Lets go of timers: the execution is evicted, and its store has the instants. */
  evict(): void {
    for (const { cancel, endTiming } of this.#open.values()) {
      cancel?.()
      endTiming?.()
    }
    this.#open.clear()
    this.#arguments.clear()
    this.#passive = 0
    this.approvals.evict()
  }

  /** Aborts what is under way, and lets the streams clean up; nobody waits for them. */
  abort(reason: Error): void {
    this.evict()
    for (const context of this.#underWay) context.abort(reason)
    this.#streams.abort()
    this.#underWay.clear()
  }

  #ask(request: GuestRequest): void {
    const { id } = request
    const text = requestText(request, index => this.#toolAt(index).name)
    const open = this.#open.get(id)
    const before = open?.request ?? this.journal.requestOf(id) ?? this.journal.intentOf(id)?.request
    if (before !== undefined && before !== text) {
      const message = `Call ${id} of the program is ${text}; before it was ${before}`
      this.#listener.onStuck({ code: 'NONDETERMINISM', name: 'Nondeterminism', message })
      return
    }
    if (open !== undefined) open.isBlocking = request.kind === 'call' && request.isBlocking
    else if (this.journal.requestOf(id) === undefined) this.#start(request, text)
    this.#askToPark()
  }

  #start(request: GuestRequest, text: string): void {
    const { id } = request
    switch (request.kind) {
      case 'call': {
        const tool = this.#toolAt(request.tool)
        if (tool.change !== undefined) {
          const message = `Cannot call ${tool.name}: ${tool.change}`
          this.#listener.onStuck({ code: 'TOOL_CHANGED', name: 'ToolChanged', message })
          return
        }
        const open = this.#add(id, text, tool.name, effectOf(tool.annotations))
        open.isBlocking = request.isBlocking
        this.#settleWith(open, this.#call(open, tool, request.input, request.atMs))
        return
      }
      case 'next-item': {
        const tool = this.#streams.toolOf(request.stream)
        const effect = tool === undefined ? 'readOnly' : effectOf(tool.annotations)
        const open = this.#add(id, text, tool?.name ?? '', effect)
        this.#settleWith(open, this.#streams.next(id, request.stream))
        return
      }
      case 'close-stream': {
        const open = this.#add(id, text, '', 'readOnly')
        this.#settleWith(open, this.#streams.close(id, request.stream))
        return
      }
      case 'start-timer': {
        const open = this.#add(id, text, '', 'readOnly')
        this.#wait(open, this.#dueAtMs(request.delayMs, request.atMs), () => this.#settle(open, ''))
        return
      }
    }
  }

  #add(id: number, request: string, tool: string, effect: Effect): OpenCall {
    const open: OpenCall = { id, request, tool, effect, isBlocking: false, isPassive: false }
    this.#open.set(id, open)
    return open
  }

  async #settleWith(open: OpenCall, reply: Promise<string>): Promise<void> {
    this.#settle(open, await reply)
  }

  /** Journals a reply, and hands it to the guest that is there. */
  #settle(open: OpenCall, text: string): void {
    // Its execution has ended, or was evicted.
    if (!this.#open.delete(open.id)) return
    this.#arguments.remove(open.id)
    if (open.isPassive) this.#passive--
    const { id, tool, request, effect } = open
    const atMs = this.#now()
    const record = this.journal.deliver({ seq: id, tool, request, effect, text, atMs })
    this.#host.writer?.record(record)
    const { maxJournalBytes } = this.#plan.limits
    if (this.journal.bytes > maxJournalBytes) {
      this.#listener.onLimit(
        'maxJournalBytes',
        `The tools answered more than maxJournalBytes ${maxJournalBytes}`,
      )
    }
    this.#run?.deliver({ id, text, atMs })
    this.#askToPark()
    this.#listener.onSettled()
  }

  /** Asks the guest to park if all that it can wait for takes long, or no longer to. */
  #askToPark(): void {
    if (this.#run === undefined) return
    let isWanted = this.#passive > 0 && this.#passive === this.#open.size
    if (!isWanted && this.#passive > 0) {
      for (const { isPassive, isBlocking } of this.#open.values())
        isWanted ||= isPassive && isBlocking
    }
    this.#run.setParking(isWanted)
  }

  async #call(open: OpenCall, tool: Tool, input: string, atMs: number): Promise<string> {
    const { id } = open
    const callId = this.#record.startCall(id, tool.name, input)
    const facts = this.#factsOf(id, callId)
    let outcome = this.#arguments.add(id, tool.name, input.length)
    if (outcome === undefined && this.#interrupted.has(id)) {
      // It passed when it left for its tool, in another process.
      this.#counts.count(tool)
      outcome =
        tool.probe === undefined ? interrupted(tool) : await probe(tool, input, facts, this.#bounds)
    }
    outcome ??= await invoke(tool, input, facts, this.#bounds, this.#steps(open, atMs))
    open.endTiming?.()
    if (outcome.kind === 'stream') this.#streams.add(id, outcome.stream)
    // The record of a call that opened a stream ends with the stream.
    else this.#recordEnd(id, outcome)
    return replyText(id, outcome)
  }

  #factsOf(id: number, callId: string): CallFacts {
    const { executionId, sessionId, caller, metadata, traceparent } = this.#plan
    const { redaction } = this.#host
    return {
      callId,
      executionId,
      sessionId,
      caller,
      metadata: metadata ?? {},
      traceparent,
      onProgress: progress =>
        this.#record.progressCall(
          id,
          redaction === undefined ? progress : redaction.value(progress),
        ),
    }
  }

  #steps(open: OpenCall, atMs: number): CallSteps {
    return {
      count: tool => this.#counts.count(tool),
      awaitDecision: (input, encodedInput) => this.#awaitDecision(open, input, encodedInput),
      isRemembered: tool => this.approvals.isRemembered(tool),
      leave: tool => this.#leave(open, tool),
      startWait: waitMs =>
        new Promise(resolve => this.#wait(open, this.#dueAtMs(waitMs, atMs), resolve)),
    }
  }

  /**
   * Makes durable what has to be before a tool is called: all that came before, and of a call that
   * must not be made twice that it is about to be made.
   */
  #leave(open: OpenCall, tool: Tool): Promise<void> | undefined {
    // Evicted at this moment, as when a decision comes together with a park: it is made from the
    // store, and nothing that is journaled here would be kept any more.
    if (this.#open.get(open.id) !== open) return new Promise<never>(() => {})
    open.endTiming = this.#latencies.start(tool)
    if (open.effect === 'readOnly') return undefined
    const { writer } = this.#host
    if (open.effect === 'once' && this.journal.intentOf(open.id) === undefined) {
      const intent = this.journal.intend(open.id, tool.name, open.request, this.#now())
      writer?.record(intent)
    }
    return writer?.isDurable ? this.#durable(writer.sync()) : undefined
  }

  /** Resolves with the write; never when it fails: that is no error of the call or of the program. */
  async #durable(write: Promise<void>): Promise<void> {
    try {
      await write
    } catch (error) {
      this.#listener.onFault(error)
      await new Promise<never>(() => {})
    }
  }

  async #awaitDecision(
    open: OpenCall,
    input: unknown,
    encodedInput: string,
  ): Promise<CallApproval> {
    const tool = this.#plan.toolbox.get(open.tool)
    this.#requireOpen(open)
    const before = this.approvals.toolOf(open.id) ?? tool.name
    if (before !== tool.name) {
      const message = `Call ${open.id} of the program is ${tool.name}; before it was ${before}`
      this.#listener.onStuck({ code: 'NONDETERMINISM', name: 'Nondeterminism', message })
    }
    const asked = this.approvals.ask(open.id, tool, input, encodedInput)
    open.approvalId = asked.approvalId
    open.isShowing = true
    await this.#durable(asked.isShown)
    open.isShowing = false
    const decision = asked.decided
    if (asked.isPending()) {
      this.#setPassive(open, true)
      await decision
      this.#setPassive(open, false)
    }
    return await decision
  }

  /** The instant that a wait ends: of one that an earlier process began, counted from the guest's clock. */
  #dueAtMs(delayMs: number, guestMs: number): number {
    const isRepeat = this.journal.length === this.#restoredLength
    return (isRepeat ? guestMs : this.#now()) + delayMs
  }

  #wait(open: OpenCall, dueAtMs: number, onDue: () => void): void {
    this.#requireOpen(open)
    open.dueAtMs = dueAtMs
    const restMs = dueAtMs - this.#now()
    open.cancel = setLongTimeout(onDue, Math.max(0, restMs))
    if (restMs >= LONG_WAIT_MS) this.#setPassive(open, true)
  }

  /** A call may come here when its execution has ended meanwhile: then nothing may wait for it. */
  #requireOpen(open: OpenCall): void {
    if (this.#open.get(open.id) !== open) throw new Error('The execution has ended')
  }

  #setPassive(open: OpenCall, isPassive: boolean): void {
    if (open.isPassive === isPassive || !this.#open.has(open.id)) return
    open.isPassive = isPassive
    this.#passive += isPassive ? 1 : -1
    this.#askToPark()
    this.#listener.onSettled()
  }

  #clearTimer(id: number): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    open.cancel?.()
    if (open.isPassive) this.#passive--
    this.#open.delete(id)
    this.#askToPark()
  }

  #recordEnd(id: number, outcome: CallOutcome | undefined): void {
    if (outcome?.kind === 'value') this.#record.endCall(id, undefined, outcome.text)
    else if (outcome?.kind !== 'thrown') this.#record.endCall(id)
    else {
      const { name, message, code } = outcome.thrown
      this.#record.endCall(id, { name, message, ...(code !== undefined && { code }) })
    }
  }

  /** The tool that a call names (`executor/boundary/tool-index.ts`). */
  #toolAt(number: number): Tool {
    const tool = this.#plan.toolbox.tools[toolIndex(number)]
    if (tool === undefined)
      throw new Error(`the guest called tool ${number}, which it was not given`)
    return isRawIndex(number) ? rawTool(tool) : tool
  }
}

/** Waits from this on are told to the guest's worker as long ones: it parks at once. */
const LONG_WAIT_MS = 1000
