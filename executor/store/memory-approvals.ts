/** Approvals in memory: all that are pending, and the latest of the decided ones. */

import type { Approval } from '../../protocol/approval.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import { type DecidedBy, expired } from '../calls/decision.ts'
import { newestFirst } from './place.ts'
import { decideStored } from './rules.ts'
import type { ApprovalQuery, ApprovalStore, DecideOutcome } from './volatile-store.ts'

/** Approvals that are kept, the latest; older ones only while they are pending. */
const KEEP = 1000

interface Row {
  readonly owner: string
  readonly stored: CallApproval
}

/** Called with the tool that a decision allows for the rest of a session. */
export type OnRemembered = (sessionId: string, tool: string) => void

/** Holds approvals, and decides them by the rule of every store. */
export class MemoryApprovals implements ApprovalStore {
  /** Oldest first. */
  #rows = new Map<string, Row>()
  #pending = new Set<string>()
  #onRemembered: OnRemembered

  constructor(onRemembered: OnRemembered) {
    this.#onRemembered = onRemembered
  }

  /** Takes an approval that can be decided from now on. @returns the ids of those that had to go for it */
  addApproval(owner: string, stored: CallApproval): readonly string[] {
    const { approvalId, status } = stored.approval
    this.#rows.set(approvalId, { owner, stored })
    if (status === 'pending') this.#pending.add(approvalId)
    const dropped: string[] = []
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= KEEP) break
      if (this.#pending.has(oldest)) continue
      this.#rows.delete(oldest)
      dropped.push(oldest)
    }
    return dropped
  }

  approval(approvalId: string): Row | undefined {
    return this.#rows.get(approvalId)
  }

  approvals({ owner, status, executionId, after, limit }: ApprovalQuery): readonly Approval[] {
    const wanted: Approval[] = []
    for (const { owner: its, stored } of this.#rows.values()) {
      const { approval } = stored
      const isWanted =
        (owner ?? its) === its &&
        (status ?? approval.status) === approval.status &&
        (executionId ?? approval.executionId) === approval.executionId
      if (isWanted) wanted.push(approval)
    }
    return newestFirst(wanted, placeOf, after, limit)
  }

  decide(
    approvalId: string,
    decision: DecidedBy,
    nowMs: number = decision.decidedAtMs,
  ): DecideOutcome {
    const row = this.#rows.get(approvalId)
    if (row === undefined) return { kind: 'not-found' }
    const { owner } = row
    const decided = decideStored(row.stored, decision, nowMs)
    if (decided.kind === 'already') return { ...decided, owner }
    const { kind, stored, remembered } = decided
    const { rememberAs: _, ...kept } = stored
    this.#rows.set(approvalId, { owner, stored: kept })
    this.#pending.delete(approvalId)
    if (remembered !== undefined) this.#onRemembered(remembered.sessionId, remembered.tool)
    // Executions in memory never leave it to wait.
    return { kind, stored, owner, isWaiting: false }
  }

  /** An execution has ended: its pending approvals are expired. */
  expireOf(executionId: string, nowMs: number): void {
    for (const approvalId of this.#pending) {
      if (this.#rows.get(approvalId)?.stored.approval.executionId !== executionId) continue
      this.decide(approvalId, expired(nowMs))
    }
  }
}

const placeOf = ({ createdAtMs, approvalId }: Approval) => ({ createdAtMs, id: approvalId })
