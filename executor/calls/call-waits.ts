/** What a call waits for on its way to its tool: a person, an instant, a write. */

import type { Tool } from '../../protocol/tool/tool.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import type { CallSteps } from '../tools/invoke.ts'
import type { CallApprovals } from './call-approvals.ts'
import type { CallCounts } from './call-counts.ts'
import type { CallPlan, CallsListener } from './call-plan.ts'
import { DueWaits } from './due-waits.ts'
import type { Journal } from './journal.ts'
import type { Latencies } from './latencies.ts'
import type { OpenCall, OpenCalls } from './open-calls.ts'

/** What {@link CallWaits} works with. */
export interface CallWaitsDependencies {
  readonly plan: CallPlan
  readonly host: ExecutionHost
  readonly listener: CallsListener
  readonly latencies: Latencies
  readonly journal: Journal
  readonly approvals: CallApprovals
  readonly open: OpenCalls
  readonly counts: CallCounts
  readonly now: () => number
  /** Called with a call that is not the one that the journal has in its place. */
  readonly diverge: (callNumber: number, is: string, was: string) => void
  /** Called when a call has become passive, or active again. */
  readonly askToPark: () => void
}

/** Waits from this length on are long ones: a guest that waits for nothing else parks at once. */
const LONG_WAIT_MS = 1000

/** The waits of the calls of one execution. */
export class CallWaits {
  #deps: CallWaitsDependencies
  #due: DueWaits

  constructor(deps: CallWaitsDependencies) {
    this.#deps = deps
    this.#due = new DueWaits(deps.now)
  }

  /** The steps of a call on its way to its tool. @param atMs the guest's clock at the call */
  steps(open: OpenCall, atMs: number): CallSteps {
    return {
      count: tool => this.#deps.counts.count(tool),
      awaitDecision: (input, encodedInput) => this.#awaitDecision(open, input, encodedInput),
      isRemembered: tool => this.#deps.approvals.isRemembered(tool),
      leave: tool => this.#leave(open, tool),
      startWait: waitMs => new Promise(resolve => this.wait(open, waitMs, atMs, resolve)),
    }
  }

  /**
   * Makes all earlier records durable before a tool is called. For a call that must not be made twice it
   * journals the intent first.
   */
  #leave(open: OpenCall, tool: Tool): Promise<void> | undefined {
    // The execution was evicted at this moment, as when a decision comes together with a park. It makes
    // the call when it comes back from the store. Nothing journaled here would be stored any more.
    if (!this.#deps.open.has(open)) return new Promise<never>(() => {})
    open.endTiming = this.#deps.latencies.start(tool)
    if (open.effect === 'readOnly') return undefined
    const { writer } = this.#deps.host
    if (open.effect === 'once' && this.#deps.journal.intentOf(open.callNumber) === undefined) {
      const intent = this.#deps.journal.intend(
        open.callNumber,
        tool.name,
        open.request,
        this.#deps.now(),
      )
      writer?.record(intent)
    }
    return writer?.isDurable ? this.#durable(writer.sync()) : undefined
  }

  /**
   * Resolves with the write, and never when it fails: the call and the program are not at fault.
   */
  async #durable(write: Promise<void>): Promise<void> {
    try {
      await write
    } catch (error) {
      this.#deps.listener.onFault(error)
      await new Promise<never>(() => {})
    }
  }

  async #awaitDecision(
    open: OpenCall,
    input: unknown,
    encodedInput: string,
  ): Promise<CallApproval> {
    const tool = this.#deps.plan.toolbox.get(open.tool)
    this.#requireOpen(open)
    const before = this.#deps.approvals.toolOf(open.callNumber) ?? tool.name
    if (before !== tool.name) this.#deps.diverge(open.callNumber, tool.name, before)
    const asked = this.#deps.approvals.ask(open.callNumber, tool, input, encodedInput)
    open.approvalId = asked.approvalId
    open.isShowing = true
    // Before it is shown: a guest that parks at once is stored together with what shows it.
    this.#setPassive(open, asked.isPending())
    await this.#durable(asked.isShown)
    open.isShowing = false
    this.#deps.listener.onSettled()
    const decision = await asked.decided
    this.#setPassive(open, false)
    return decision
  }

  /**
   * The instant at which a wait ends. A wait that an earlier process began counts from the guest's
   * clock, which has parts of a millisecond; a store has whole ones.
   */
  #dueAtMs(delayMs: number, guestMs: number): number {
    return Math.ceil((this.#deps.journal.isRepeating ? guestMs : this.#deps.now()) + delayMs)
  }

  /** Calls `onDue` after `delayMs`; a long wait makes the call passive. */
  wait(open: OpenCall, delayMs: number, guestMs: number, onDue: () => void): void {
    this.#requireOpen(open)
    const dueAtMs = this.#dueAtMs(delayMs, guestMs)
    open.dueAtMs = dueAtMs
    const restMs = dueAtMs - this.#deps.now()
    open.cancel = this.#due.add(dueAtMs, onDue)
    if (restMs >= LONG_WAIT_MS) this.#setPassive(open, true)
  }

  /** @throws {Error} when the execution of the call has ended meanwhile: a wait would outlive it */
  #requireOpen(open: OpenCall): void {
    if (!this.#deps.open.has(open)) throw new Error('The execution has ended')
  }

  #setPassive(open: OpenCall, isPassive: boolean): void {
    if (!this.#deps.open.setPassive(open, isPassive)) return
    this.#deps.askToPark()
    this.#deps.listener.onSettled()
  }
}
