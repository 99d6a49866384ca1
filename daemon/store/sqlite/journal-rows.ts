/** Rows of journals. */

import type { JournalRecord } from '../../../executor/journal.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { fromColumn, type TextColumn, toColumn } from './exact-text.ts'
import type { RowId } from './execution-rows.ts'

/** A longer text is kept once for all that have it, outside of the rows that a replay reads. */
const MAX_INLINE_BYTES = 65_536

interface JournalRow {
  readonly seq: number
  readonly kind: JournalRecord['kind']
  readonly position: number
  readonly tool: string
  readonly request: TextColumn
  readonly effect: JournalRecord['effect']
  readonly at_ms: number
  readonly text: TextColumn | null
  readonly blob: number | null
}

export class Journals {
  #connection: Connection
  #blobs: Blobs

  constructor(connection: Connection, blobs: Blobs) {
    this.#connection = connection
    this.#blobs = blobs
  }

  /** Adds records; one that is there already is an error, whatever it says. */
  add(execution: RowId, epoch: number, records: readonly JournalRecord[]): void {
    for (const { kind, seq, position, tool, request, effect, text, atMs } of records) {
      const isInline = Buffer.byteLength(text) <= MAX_INLINE_BYTES
      this.#connection.run(
        `INSERT INTO journal
          (execution, seq, kind, position, tool, request, effect, epoch, at_ms, text, blob)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        execution,
        seq,
        kind,
        position,
        tool,
        toColumn(request),
        effect,
        epoch,
        atMs,
        isInline ? toColumn(text) : null,
        isInline ? null : this.#blobs.keepText(text),
      )
    }
  }

  /** Intents in order of `seq`, then deliveries in order of `position`. */
  records(execution: RowId): JournalRecord[] {
    return this.#connection
      .all<JournalRow>(
        `SELECT seq, kind, position, tool, request, effect, at_ms, text, blob FROM journal
          WHERE execution = ? ORDER BY kind = 'delivery', position, seq`,
        execution,
      )
      .map(row => ({
        kind: row.kind,
        seq: row.seq,
        position: row.position,
        tool: row.tool,
        request: fromColumn(row.request),
        effect: row.effect,
        text: row.text === null ? this.#blobs.text(row.blob as number) : fromColumn(row.text),
        atMs: row.at_ms,
      }))
  }

  hasDelivery(execution: RowId, seq: number): boolean {
    return (
      this.#connection.get(
        `SELECT 1 FROM journal WHERE execution = ? AND seq = ? AND kind = 'delivery'`,
        execution,
        seq,
      ) !== undefined
    )
  }

  /** Lets go of what the records hold, before they are removed with their execution. */
  release(execution: RowId): void {
    for (const { blob } of this.#connection.all<{ blob: number }>(
      'SELECT blob FROM journal WHERE execution = ? AND blob IS NOT NULL',
      execution,
    )) {
      this.#blobs.release(blob)
    }
  }
}
