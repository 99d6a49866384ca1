/** The approvals of an embedded executor: kept in memory, decided by the app. */

import type { Approval, Decision } from '../../protocol/approval.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type {
  Approvals,
  ApprovalsQuery,
  DecisionOptions,
  OnApproval,
} from '../../protocol/execution/executor.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import {
  type DecidedBy,
  decide,
  expired,
  isTimedOut,
  readDecision,
  requireSame,
} from '../calls/decision.ts'
import type { RunningExecution } from '../execution/execution.ts'

/** Approvals that are kept, the latest; older ones only while they are pending. */
const KEEP = 1000

interface Entry {
  current: CallApproval
  readonly tool: Tool
  readonly running: RunningExecution
}

/** The approvals of one embedded executor. The app reads and decides them. */
export class MemoryApprovals implements Approvals {
  /** Oldest first. */
  #entries = new Map<string, Entry>()

  /** Shows an approval. */
  add(asked: CallApproval, tool: Tool, running: RunningExecution): void {
    this.#entries.set(asked.approval.approvalId, { current: asked, tool, running })
    this.#forgetOld()
  }

  /** Asks the app's callback for a decision. When that throws, the approval stays pending. */
  async answer(approval: Approval, onApproval: OnApproval): Promise<void> {
    const decision = await onApproval(approval)
    if (decision !== undefined) await this.#read(approval.approvalId, decision)
  }

  async list({ status, executionId }: ApprovalsQuery = {}): Promise<readonly Approval[]> {
    return Array.from(this.#entries.values(), ({ current }) => current.approval)
      .filter(approval => status === undefined || approval.status === status)
      .filter(approval => executionId === undefined || approval.executionId === executionId)
      .reverse()
  }

  async get(approvalId: string): Promise<Approval> {
    return this.#find(approvalId).current.approval
  }

  approve(approvalId: string, options: DecisionOptions = {}): Promise<Approval> {
    return this.#read(approvalId, { decision: 'approve', ...options })
  }

  reject(approvalId: string, options: Pick<DecisionOptions, 'reason'> = {}): Promise<Approval> {
    return this.#read(approvalId, { decision: 'reject', ...options })
  }

  /** Decides an approval as expired, unless it is decided already. */
  expire({ approval }: CallApproval): void {
    const entry = this.#entries.get(approval.approvalId)
    if (entry?.current.approval.status === 'pending') this.#decide(entry, expired())
  }

  /** Forgets the pending approvals of an execution that has ended. */
  forget(running: RunningExecution): void {
    for (const [approvalId, entry] of this.#entries) {
      if (entry.running !== running) continue
      if (entry.current.approval.status === 'pending') this.#entries.delete(approvalId)
    }
  }

  async #read(approvalId: string, decision: Decision): Promise<Approval> {
    const decided = await readDecision(decision, this.#find(approvalId).tool, LOCAL_CALLER)
    const entry = this.#find(approvalId)
    if (isTimedOut(entry.current, decided.decidedAtMs)) this.#decide(entry, expired())
    if (entry.current.approval.status === 'pending') this.#decide(entry, decided)
    else requireSame(entry.current, decided)
    return entry.current.approval
  }

  #decide(entry: Entry, decided: DecidedBy): void {
    entry.current = decide(entry.current, decided)
    entry.running.decide(entry.current)
  }

  #find(approvalId: string): Entry {
    const entry = this.#entries.get(approvalId)
    if (entry !== undefined) return entry
    throw new LatchdError('NOT_FOUND', `There is no approval ${approvalId}`)
  }

  #forgetOld(): void {
    for (const [approvalId, { current }] of this.#entries) {
      if (this.#entries.size <= KEEP) return
      if (current.approval.status !== 'pending') this.#entries.delete(approvalId)
    }
  }
}
