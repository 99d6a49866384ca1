/**
 * The open calls of an execution: the person or instant that each waits for, and whether all are
 * passive.
 */

import type { WaitingFor } from '../../protocol/execution/execution.ts'
import type { Effect } from '../boundary/journal-record.ts'

/** A call, timer or stream item that a guest has requested and that is not answered. */
export interface OpenCall {
  readonly callNumber: number
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
  /** Whether the host is about to show its approval to the people who may decide it. */
  isShowing?: boolean
  /** Cancels its timer. */
  cancel?: () => void
}

/** The open calls of one execution, in the order in which its guest asked. */
export class OpenCalls {
  #open = new Map<number, OpenCall>()
  /** How many open calls are passive. */
  #passive = 0

  /** The call of a number, while it is open. */
  get(callNumber: number): OpenCall | undefined {
    return this.#open.get(callNumber)
  }

  /** Whether this call is open; another one of its number is not. */
  has(open: OpenCall): boolean {
    return this.#open.get(open.callNumber) === open
  }

  /** Opens a call. @param tool empty for a timer */
  add(callNumber: number, request: string, tool: string, effect: Effect): OpenCall {
    const open: OpenCall = {
      callNumber,
      request,
      tool,
      effect,
      isBlocking: false,
      isPassive: false,
    }
    this.#open.set(callNumber, open)
    return open
  }

  /** Closes a call. @returns whether it was open */
  remove(callNumber: number): boolean {
    const open = this.#open.get(callNumber)
    if (open?.isPassive) this.#passive--
    return this.#open.delete(callNumber)
  }

  /** Notes whether a call waits for a person or an instant alone. @returns whether that is new */
  setPassive(open: OpenCall, isPassive: boolean): boolean {
    if (open.isPassive === isPassive || !this.#open.has(open.callNumber)) return false
    open.isPassive = isPassive
    this.#passive += isPassive ? 1 : -1
    return true
  }

  /** Whether all calls that the guest can wait for are passive. */
  get isAllPassive(): boolean {
    if (this.#passive === 0) return false
    if (this.#passive === this.#open.size) return true
    return this.#open.values().some(({ isPassive, isBlocking }) => isPassive && isBlocking)
  }

  /** What the guest waits for. @param callIdOf the public id of a number */
  waitingFor(callIdOf: (callNumber: number) => string): WaitingFor[] {
    const list: WaitingFor[] = []
    for (const { callNumber, tool, isPassive, approvalId } of this.#open.values()) {
      if (tool === '') continue
      const isAsked = isPassive && approvalId !== undefined
      list.push({ callId: callIdOf(callNumber), tool, ...(isAsked && { approvalId }) })
    }
    return list
  }

  /** Whether the host is showing an approval, which must not be named before that is done. */
  isShowingApproval(): boolean {
    return this.#open.values().some(({ isShowing }) => isShowing === true)
  }

  /**
   * The first instant that a call waits for, when all calls are passive. `undefined`: a call is active.
   * `Infinity`: no call has an instant.
   */
  wakeAtMs(): number | undefined {
    if (this.#open.size > this.#passive) return undefined
    return this.#open
      .values()
      .reduce((least, { dueAtMs = Infinity }) => Math.min(least, dueAtMs), Infinity)
  }

  /** Closes all open calls, and cancels their timers. */
  clear(): void {
    for (const { cancel, endTiming } of this.#open.values()) {
      cancel?.()
      endTiming?.()
    }
    this.#open.clear()
    this.#passive = 0
  }
}
