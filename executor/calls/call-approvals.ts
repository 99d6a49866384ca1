/** The approvals of one execution: asked for, shown, decided. */

import type { Approval } from '../../protocol/approval.ts'
import { setLongTimeout } from '../../protocol/base/long-timeout.ts'
import type { Limits } from '../../protocol/limits.ts'
import { Refused } from '../../protocol/tool/refused.ts'
import { thrownAs } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { type CallApproval, newApprovalId } from '../boundary/call-approval.ts'
import { plainJson, plainJsonOfEncoded } from '../boundary/plain-json.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import { rememberKey } from '../boundary/remembered-tool.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'

/** What bounds the approvals of one execution: its limits, start, session and remembered tools. */
export interface ApprovalPlan {
  readonly limits: Limits
  readonly createdAtMs: number
  readonly sessionId: string | undefined
  /** Tools that are not asked about in this execution's session, as `executor/boundary/remembered-tool.ts` names them. */
  readonly remembered?: readonly string[]
}

/** A call's approval while it is waited for. */
export interface AskedApproval {
  readonly approvalId: string
  /** Resolves when the people who may decide it can see it. */
  readonly isShown: Promise<void>
  /** Resolves when it is decided. */
  readonly decided: Promise<CallApproval>
  readonly isPending: () => boolean
}

interface Entry {
  current: CallApproval
  readonly decision: PromiseWithResolvers<CallApproval>
  disarm: (() => void) | undefined
}

/**
 * The approvals of one execution: asks for them, emits their events, expires them, takes decisions.
 * Each is known by the number of its call.
 */
export class CallApprovals {
  #plan: ApprovalPlan
  #record: ExecutionRecord
  #host: ExecutionHost
  #byCallNumber = new Map<number, Entry>()
  #remembered: ReadonlySet<string>
  /** Names of tools that decisions of this execution said to remember: here a name is one tool. */
  #rememberedHere = new Set<string>()
  #now: () => number
  #heldBytes = 0

  /** @param restored the approvals that an earlier process asked for */
  constructor(
    plan: ApprovalPlan,
    record: ExecutionRecord,
    host: ExecutionHost,
    restored: readonly CallApproval[],
    now: () => number,
  ) {
    this.#now = now
    this.#plan = plan
    this.#record = record
    this.#host = host
    this.#remembered = new Set(plan.remembered)
    for (const approval of restored) this.#add(approval)
  }

  /** About how many bytes the arguments of the pending approvals take. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** All approvals, as they stand. */
  list(): CallApproval[] {
    return Array.from(this.#byCallNumber.values(), entry => entry.current)
  }

  /**
   * Whether an approval is decided while its call has no outcome yet.
   *
   * @param isOpen by the call's number
   */
  hasDecided(isOpen: (id: number) => boolean): boolean {
    return this.list().some(
      ({ approval, callNumber }) => approval.status !== 'pending' && isOpen(callNumber),
    )
  }

  /** Whether a person has allowed a tool for the rest of this session. */
  isRemembered(tool: Tool): boolean {
    if (this.#rememberedHere.has(tool.name)) return true
    return this.#remembered.size > 0 && this.#remembered.has(rememberKey(tool))
  }

  /** When the first pending approval expires; `Infinity` when none is pending. */
  firstExpiryMs(): number {
    let firstMs = Infinity
    for (const { current } of this.#byCallNumber.values()) {
      const { status, expiresAtMs } = current.approval
      if (status === 'pending') firstMs = Math.min(firstMs, expiresAtMs)
    }
    return firstMs
  }

  /**
   * Asks for the approval of a call, or goes on with the one that an earlier process asked for.
   *
   * @param encodedInput the arguments of the call, unless the decision replaces them
   */
  ask(callNumber: number, tool: Tool, input: unknown, encodedInput: string): AskedApproval {
    const known = this.#byCallNumber.get(callNumber)
    const entry = known ?? this.#add(this.#make(callNumber, tool, input, encodedInput))
    const { approval } = entry.current
    const isShown = known === undefined ? this.#show(entry) : Promise.resolve()
    this.#armExpiry(entry)
    return {
      approvalId: approval.approvalId,
      isShown,
      decided: entry.decision.promise,
      isPending: () => entry.current.approval.status === 'pending',
    }
  }

  /** The tool that an approval of an earlier process was asked for. */
  toolOf(callNumber: number): string | undefined {
    return this.#byCallNumber.get(callNumber)?.current.approval.tool
  }

  /** Takes a decision that has been stored. A second decision of an approval changes nothing. */
  decide(decided: CallApproval): void {
    const entry = this.#byCallNumber.get(decided.callNumber)
    if (entry === undefined || entry.current.approval.status !== 'pending') return
    entry.disarm?.()
    this.#heldBytes -= heldBy(entry.current)
    entry.current = decided
    this.#rememberDecision(decided)
    this.#record.emitApproval('approval-decided', decided.approval)
    entry.decision.resolve(decided)
  }

  /** Cancels the timers. */
  evict(): void {
    for (const { disarm } of this.#byCallNumber.values()) disarm?.()
  }

  #add(current: CallApproval): Entry {
    const entry: Entry = { current, decision: Promise.withResolvers(), disarm: undefined }
    this.#rememberDecision(current)
    if (current.approval.status === 'pending') this.#heldBytes += heldBy(current)
    else entry.decision.resolve(current)
    this.#byCallNumber.set(current.callNumber, entry)
    return entry
  }

  #rememberDecision({ isRemembered, approval: { tool, status } }: CallApproval): void {
    if (isRemembered && status === 'approved') this.#rememberedHere.add(tool)
  }

  #make(callNumber: number, tool: Tool, input: unknown, encodedInput: string): CallApproval {
    const { createdAtMs, limits, sessionId } = this.#plan
    const { executionId } = this.#record.facts
    const nowMs = this.#now()
    const deadlineMs = createdAtMs + limits.wallMs
    const toolMs = tool.approvalTimeoutMs ?? Infinity
    const approval: Approval = {
      approvalId: newApprovalId(),
      executionId,
      callId: this.#record.calls.idOf(callNumber),
      ...(sessionId !== undefined && { sessionId }),
      tool: tool.name,
      input: shownInput(input, encodedInput, tool, limits),
      status: 'pending',
      createdAtMs: nowMs,
      expiresAtMs: Math.min(Math.ceil(nowMs + toolMs), deadlineMs),
    }
    return { approval, callNumber, encodedInput, isRemembered: false }
  }

  async #show(entry: Entry): Promise<void> {
    // The event comes first, so that it is stored together with the approval.
    this.#record.emitApproval('approval-requested', entry.current.approval)
    await this.#host.showApproval(entry.current)
  }

  #armExpiry(entry: Entry): void {
    const { status, expiresAtMs } = entry.current.approval
    if (status !== 'pending' || entry.disarm !== undefined) return
    const { createdAtMs, limits } = this.#plan
    // The end of the execution expires an approval that has the same instant: the two must not race.
    if (expiresAtMs >= createdAtMs + limits.wallMs) return
    const restMs = Math.max(0, expiresAtMs - this.#now())
    entry.disarm = setLongTimeout(() => this.#host.expireApproval(entry.current), restMs)
  }
}

/** The arguments as they came, and as they are shown; the approval's event has no copy of its own. */
const heldBy = ({ encodedInput = '' }: CallApproval) => 2 * encodedInput.length

/**
 * A person is shown arguments up to MAX_SHOWN × `maxCallBytes`, since shared parts are written out, and
 * up to LEAST_SHOWN in any case. The host's thread writes them, so there is a bound.
 */
const MAX_SHOWN = 2
const LEAST_SHOWN = 4 * 1024 * 1024

/**
 * The arguments as a person sees them: all that the tool gets.
 *
 * @throws {Refused} when they cannot be shown
 */
function shownInput(
  input: unknown,
  encodedInput: string,
  tool: Tool,
  { maxCallBytes }: Limits,
): unknown {
  const most = Math.max(MAX_SHOWN * maxCallBytes, LEAST_SHOWN)
  const sent = plainJsonOfEncoded(encodedInput, most)
  if (sent !== undefined) {
    const form = JSON.parse(sent)
    return tool.inputForm === 'value' ? form[0] : form
  }
  const json = plainJson(input, most, { isForDecision: true })
  if (json !== undefined) return JSON.parse(json)
  const message = `Cannot ask for an approval of ${tool.name}: its arguments are nested too deeply, or too long, to be shown`
  throw new Refused(thrownAs('TypeError', 'VALUE_NOT_TRANSFERABLE', message, tool.name))
}
