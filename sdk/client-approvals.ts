import type { Approval, Decision } from '../protocol/approval.ts'
import type { Approvals, ApprovalsQuery, DecisionOptions } from '../protocol/execution/executor.ts'
import type { Connection } from './http.ts'
import { allPages } from './pages.ts'

/** The approvals of a daemon. */
export class ClientApprovals implements Approvals {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  list(query: ApprovalsQuery = {}): Promise<readonly Approval[]> {
    return allPages(this.#connection, '/v1/approvals', { ...query })
  }

  get(approvalId: string): Promise<Approval> {
    return this.#connection.json('GET', pathOf(approvalId))
  }

  approve(approvalId: string, options: DecisionOptions = {}): Promise<Approval> {
    return this.decide(approvalId, { ...options, decision: 'approve' })
  }

  reject(approvalId: string, options: Pick<DecisionOptions, 'reason'> = {}): Promise<Approval> {
    return this.decide(approvalId, { ...options, decision: 'reject' })
  }

  /** As {@link approve} and {@link reject}. */
  decide(approvalId: string, decision: Decision): Promise<Approval> {
    return this.#connection.json('POST', pathOf(approvalId), { body: decision })
  }
}

const pathOf = (approvalId: string) => `/v1/approvals/${encodeURIComponent(approvalId)}`
