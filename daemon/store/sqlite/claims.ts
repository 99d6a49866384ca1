/** Claims of executions without an owner. */

import type { ClaimAnswer, Claimed, ClaimRequest } from '../claim-facts.ts'
import { isClaimable } from '../rules/standing.ts'
import { takeInTurns } from '../rules/turns.ts'
import type { Connection } from './connection.ts'
import type { ExecutionRow } from './execution-row.ts'
import { executionOfRow, findExecution } from './execution-rows.ts'
import type { Executions } from './executions.ts'
import type { Sessions } from './sessions.ts'

/** An execution that can be claimed as far as its own row says. */
type Candidate = Pick<ExecutionRow, 'id' | 'execution_id' | 'session_id'>

/** Whether no other execution holds the session of one. */
const IS_FREE = `(session_id IS NULL OR NOT EXISTS (SELECT 1 FROM temp.holder
  WHERE holder.session_id = execution.session_id AND holder.execution_id <> execution.execution_id))`

/** Operations that read the index of executions without an owner. */
export class Claims {
  #connection: Connection
  #executions: Executions
  #sessions: Sessions

  constructor(connection: Connection, executions: Executions, sessions: Sessions) {
    this.#connection = connection
    this.#executions = executions
    this.#sessions = sessions
  }

  claim({ nowMs, max, after }: ClaimRequest): ClaimAnswer {
    const byOwner = new Map<string, Candidate[]>()
    let nextMs = Infinity
    const owners = [...this.#owners()]
    for (const owner of owners) {
      const due = this.#due(owner, nowMs, max)
      if (due.length > 0) byOwner.set(owner, due)
      nextMs = Math.min(nextMs, this.#nextMs(owner, nowMs))
    }
    const claimed: Claimed[] = []
    takeInTurns(byOwner, after, max, ({ id, execution_id, session_id }) => {
      // The one before it may have taken their session.
      if (session_id !== null && this.#sessions.hold(session_id, execution_id) === 'busy')
        return false
      claimed.push(this.#executions.claimRow(executionOfRow(this.#connection, id)))
      return true
    })
    const isBlocked = claimed.length < max && owners.some(owner => this.#isBlocked(owner, nowMs))
    return { claimed, nextMs: nextMs === Infinity ? undefined : nextMs, isBlocked }
  }

  claimOne(executionId: string, nowMs: number): Claimed | undefined {
    const row = findExecution(this.#connection, executionId)
    if (row === undefined || !isClaimable(row, nowMs)) return undefined
    const { session_id } = row
    if (session_id !== null && this.#sessions.hold(session_id, executionId) === 'busy')
      return undefined
    return this.#executions.claimRow(row)
  }

  /** Callers of executions that no daemon owns; each costs one look-up in the index. */
  *#owners(): Iterable<string> {
    for (let last = ''; ; ) {
      const row = this.#connection.get<{ owner: string }>(
        `SELECT owner FROM execution INDEXED BY execution_to_claim
          WHERE wake_ms IS NOT NULL AND owner > ? ORDER BY owner LIMIT 1`,
        last,
      )
      if (row === undefined) return
      last = row.owner
      yield last
    }
  }

  #due(owner: string, nowMs: number, limit: number): Candidate[] {
    return this.#connection.all<Candidate>(
      `SELECT id, execution_id, session_id FROM execution INDEXED BY execution_to_claim
        WHERE wake_ms IS NOT NULL AND owner = ? AND wake_ms <= ? AND ${IS_FREE}
        ORDER BY wake_ms, id LIMIT ?`,
      owner,
      nowMs,
      limit,
    )
  }

  #nextMs(owner: string, nowMs: number): number {
    const row = this.#connection.get<{ wake_ms: number | null }>(
      `SELECT min(wake_ms) AS wake_ms FROM execution INDEXED BY execution_to_claim
        WHERE wake_ms IS NOT NULL AND owner = ? AND wake_ms > ?`,
      owner,
      nowMs,
    )
    return row?.wake_ms ?? Infinity
  }

  /** After a claim: whether an execution of an owner is due and could not be claimed. */
  #isBlocked(owner: string, nowMs: number): boolean {
    return (
      this.#connection.get(
        `SELECT 1 FROM execution INDEXED BY execution_to_claim
          WHERE wake_ms IS NOT NULL AND owner = ? AND wake_ms <= ? LIMIT 1`,
        owner,
        nowMs,
      ) !== undefined
    )
  }
}
