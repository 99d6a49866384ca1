/** Sweeping of old data, in steps that delay other commits only briefly. */

import type { SweepBounds } from '../recovery-facts.ts'
import type { Connection } from './connection.ts'
import type { RowId } from './execution-row.ts'
import type { Executions } from './executions.ts'
import type { Sessions } from './sessions.ts'
import { contentBytes, contentBytesOf, usedBytes } from './space.ts'

/** The result of one step. Unless `isLast`, more may be left. */
export interface SweepStep {
  readonly executions: number
  readonly sessions: number
  readonly isLast: boolean
}

/** Executions or sessions that one step forgets at most. */
const MAX_STEP = 200
/** How many executions go before the space is measured again. */
const MAX_BLIND = 10

/** Does the steps of a sweep, between which other operations commit. */
export class Sweeping {
  #connection: Connection
  #executions: Executions
  #sessions: Sessions

  constructor(connection: Connection, executions: Executions, sessions: Sessions) {
    this.#connection = connection
    this.#executions = executions
    this.#sessions = sessions
  }

  step({ endedBeforeMs, usedBeforeMs, maxBytes }: SweepBounds): SweepStep {
    const executions = this.#removeEnded(endedBeforeMs, MAX_STEP)
    if (executions > 0) return { executions, sessions: 0, isLast: false }
    this.#connection.run('DELETE FROM removed_key WHERE ended_ms < ?', endedBeforeMs)
    const sessions = this.#sessions.unused(usedBeforeMs, MAX_STEP)
    for (const sessionId of sessions) this.#sessions.remove(sessionId)
    if (sessions.length > 0) return { executions: 0, sessions: sessions.length, isLast: false }
    const beyond = maxBytes === undefined ? 0 : this.#removeBeyond(maxBytes)
    return { executions: beyond, sessions: 0, isLast: beyond === 0 }
  }

  /** Oldest first; returns the number of removed executions. */
  #removeEnded(endedBeforeMs: number, limit: number): number {
    const rows = this.#connection.all<{ id: RowId }>(
      `SELECT id FROM execution WHERE ended_ms IS NOT NULL AND ended_ms < ?
        ORDER BY ended_ms LIMIT ?`,
      endedBeforeMs,
      limit,
    )
    for (const { id } of rows) this.#executions.removeRow(id, false)
    return rows.length
  }

  #removeBeyond(maxBytes: number): number {
    let removed = 0
    let fileBytes = contentBytes(this.#connection)
    while (removed < MAX_STEP && usedBytes(this.#connection) + fileBytes > maxBytes) {
      const oldest = this.#connection.all<{ id: RowId; execution_id: string }>(
        'SELECT id, execution_id FROM execution WHERE ended_ms IS NOT NULL ORDER BY ended_ms LIMIT ?',
        MAX_BLIND,
      )
      if (oldest.length === 0) break
      for (const { id } of oldest) this.#executions.removeRow(id, true)
      const removedIds = oldest.map(one => one.execution_id)
      fileBytes -= contentBytesOf(this.#connection, removedIds)
      removed += oldest.length
    }
    return removed
  }
}
