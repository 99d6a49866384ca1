/** The approvals of an embedded executor: read and decided by the app, in its store. */

import { type Approval, ApprovalStatus, Decision } from '../../protocol/approval.ts'
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
import { invalidRequest } from '../boundary/invalid-request.ts'
import { type DecidedBy, expired, readDecision, requireSame } from '../calls/decision.ts'
import type { RunningExecution } from '../execution/execution.ts'
import { fieldProblems } from '../execution/plan.ts'
import type { MemoryApprovals } from '../store/memory-approvals.ts'
import type { DecideOutcome } from '../store/volatile-store.ts'

interface Asking {
  readonly tool: Tool
  readonly running: RunningExecution
}

/** The approvals of one embedded executor. The app reads and decides them. */
export class EmbeddedApprovals implements Approvals {
  #store: MemoryApprovals
  /** By id of an approval that the store has: what a decision has to know of its call. */
  #asking = new Map<string, Asking>()

  constructor(store: MemoryApprovals) {
    this.#store = store
  }

  /** Shows an approval. */
  add(asked: CallApproval, tool: Tool, running: RunningExecution): void {
    this.#asking.set(asked.approval.approvalId, { tool, running })
    for (const dropped of this.#store.addApproval(LOCAL_CALLER, asked)) this.#asking.delete(dropped)
  }

  /** Asks the app's callback for a decision. When that throws, the approval stays pending. */
  async answer(approval: Approval, onApproval: OnApproval): Promise<void> {
    const decision = await onApproval(approval)
    if (decision === undefined) return
    try {
      await this.#read(approval.approvalId, decision)
    } catch (error) {
      // Another decision was faster: the program goes on with that one.
      if (!(error instanceof LatchdError && error.code === 'ALREADY_DECIDED')) throw error
    }
  }

  async list({ status, executionId }: ApprovalsQuery = {}): Promise<readonly Approval[]> {
    const read = ApprovalStatus.optional().safeParse(status)
    if (!read.success) {
      const errors = fieldProblems(read.error).map(problem => ({ ...problem, pointer: '/status' }))
      throw invalidRequest('Cannot list approvals', errors)
    }
    const limit = Number.POSITIVE_INFINITY
    return this.#store.approvals({ owner: undefined, status, executionId, after: undefined, limit })
  }

  async get(approvalId: string): Promise<Approval> {
    const found = this.#store.approval(approvalId)
    if (found !== undefined) return found.stored.approval
    throw notFound(approvalId)
  }

  approve(approvalId: string, options: DecisionOptions = {}): Promise<Approval> {
    return this.#read(approvalId, { ...options, decision: 'approve' })
  }

  reject(approvalId: string, options: Pick<DecisionOptions, 'reason'> = {}): Promise<Approval> {
    return this.#read(approvalId, { ...options, decision: 'reject' })
  }

  /** The time to decide an approval is over. */
  expire({ approval }: CallApproval): void {
    this.#decide(approval.approvalId, expired())
  }

  /** @param said of the app's code, whose types nothing has checked */
  async #read(approvalId: string, said: unknown): Promise<Approval> {
    const decision = parseDecision(said)
    const asking = this.#asking.get(approvalId)
    if (asking === undefined) throw notFound(approvalId)
    const decided = await readDecision(decision, asking.tool, LOCAL_CALLER)
    const outcome = this.#decide(approvalId, decided)
    if (outcome.kind === 'not-found') throw notFound(approvalId)
    if (outcome.kind !== 'decided') requireSame(outcome.stored, decided)
    return outcome.stored.approval
  }

  #decide(approvalId: string, decided: DecidedBy): DecideOutcome {
    const outcome = this.#store.decide(approvalId, decided)
    const isFirst = outcome.kind === 'decided' || outcome.kind === 'expired'
    if (isFirst) this.#asking.get(approvalId)?.running.decide(outcome.stored)
    return outcome
  }
}

/** @throws {LatchdError} `INVALID_REQUEST`, with a problem per field, as a daemon refuses it */
function parseDecision(said: unknown): Decision {
  const read = Decision.safeParse(said)
  if (read.success) return read.data
  throw invalidRequest('Cannot read the decision', fieldProblems(read.error))
}

function notFound(approvalId: string): LatchdError {
  return new LatchdError('NOT_FOUND', `There is no approval ${approvalId}`)
}
