/** The approvals of a daemon: listed, decided, handed on to their executions. */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import {
  type DecidedBy,
  expired,
  readDecision,
  requireSame,
} from '../../executor/calls/decision.ts'
import type { Approval, ApprovalStatus, Decision } from '../../protocol/approval.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { Caller } from '../auth/caller.ts'
import type { Executions } from '../executions/executions.ts'
import { readWithinBudget } from '../executions/page-budget.ts'
import type { Page } from '../store/page.ts'
import { fromCursor, toCursor } from '../store/page.ts'
import type { Store } from '../store/store.ts'
import type { ToolboxSource } from '../tools/daemon-tools.ts'
import { type ShownApproval, ShownApprovals } from './shown-approvals.ts'

/**
 * One page of approvals. `status` and `executionId` filter unless they are `undefined`.
 * `after` is the `nextCursor` of the page before.
 */
export interface ApprovalsQuery {
  readonly status: ApprovalStatus | undefined
  readonly executionId: string | undefined
  readonly after: string | undefined
  readonly limit: number
}

type ApprovalFacts = Omit<ShownApproval, 'owner'>

/** What {@link ApprovalService} works with. */
export interface ApprovalsDependencies {
  readonly store: Store
  readonly executions: Executions
  readonly tools: ToolboxSource
  /** The clock by which approvals expire, in epoch milliseconds. */
  readonly now: () => number
}

/**
 * Lists and decides approvals. A caller reaches its own; one that sees all reaches every one. Each
 * decision goes to the store first and then to the execution.
 */
export class ApprovalService {
  /** The approvals that this process has shown lately. */
  readonly shown = new ShownApprovals()
  #deps: ApprovalsDependencies

  constructor(deps: ApprovalsDependencies) {
    this.#deps = deps
  }

  async list(query: ApprovalsQuery, caller: Caller): Promise<Page<Approval>> {
    const owner = caller.seesAll ? undefined : caller.name
    const after = query.after === undefined ? undefined : fromCursor(query.after)
    const placeOf = ({ createdAtMs, approvalId }: Approval) => ({ createdAtMs, id: approvalId })
    const { data, isCut } = await readWithinBudget(
      query.limit,
      after,
      (after, limit) => this.#deps.store.approvals({ ...query, owner, after, limit }),
      placeOf,
    )
    const last = data.at(-1)
    return { data, ...(isCut && last && { nextCursor: toCursor(placeOf(last)) }) }
  }

  /** @throws {LatchdError} `NOT_FOUND`, also for the approval of another caller */
  async get(approvalId: string, caller: Caller): Promise<Approval> {
    return (await this.#find(approvalId, caller)).approval
  }

  /**
   * Decides an approval; the same decision once more changes nothing.
   *
   * @throws {LatchdError} `NOT_FOUND`, `ALREADY_DECIDED`, `INVALID_REQUEST` for args that do not fit
   */
  async decide(approvalId: string, decision: Decision, caller: Caller): Promise<Approval> {
    const approval = await this.#factsOf(approvalId, caller)
    const tool = await this.#toolOf(approval, decision)
    const { now } = this.#deps
    return await this.#signal(approval, await readDecision(decision, tool, caller.name, now))
  }

  /**
   * The tool of an approval: that of its execution, which may have other tools than the daemon has
   * now.
   */
  async #toolOf({ executionId, tool }: ApprovalFacts, { args, remember }: Decision): Promise<Tool> {
    const { executions, tools } = this.#deps
    const own = tools.current.find(tool)
    // The tool is only needed to check arguments, to remember it, and to see whether it needs an
    // answer.
    const isAny = args === undefined && remember === undefined && own?.needsAnswer !== true
    const known = isAny ? own : undefined
    const found = known ?? (await executions.toolOf(executionId, tool))
    return found ?? tools.current.get(tool)
  }

  /** Records that the time to decide is over. */
  async expire({ approval }: CallApproval): Promise<void> {
    // A store that takes writes side by side may not have the approval yet.
    await this.#deps.executions.makeDurable(approval.executionId)
    await this.#deps.executions.decisions.decide(approval, expired(this.#deps.now()))
  }

  async #signal(approval: ApprovalFacts, decided: DecidedBy): Promise<Approval> {
    const outcome = await this.#deps.executions.decisions.decide(approval, decided)
    if (outcome.kind === 'not-found') throw notFound(approval.approvalId)
    if (outcome.kind !== 'decided') requireSame(outcome.stored, decided)
    return outcome.stored.approval
  }

  /** The facts of an approval that a decision needs; read from the store unless it was shown lately. */
  async #factsOf(approvalId: string, caller: Caller): Promise<ApprovalFacts> {
    const shown = this.shown.take(approvalId)
    const isOwn = shown !== undefined && (caller.seesAll || shown.owner === caller.name)
    return isOwn ? shown : (await this.#find(approvalId, caller)).approval
  }

  async #find(approvalId: string, caller: Caller): Promise<CallApproval> {
    const found = await this.#deps.store.approval(approvalId)
    if (found !== undefined && (caller.seesAll || found.owner === caller.name)) return found.stored
    throw notFound(approvalId)
  }
}

function notFound(approvalId: string): LatchdError {
  return new LatchdError('NOT_FOUND', `There is no approval ${approvalId}`)
}
