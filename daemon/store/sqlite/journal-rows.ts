/** Rows of journals. */

import type { JournalRecord } from '../../../executor/boundary/journal-record.ts'
import { type ReadRecord, storedText } from '../../../executor/calls/journal.ts'
import { SHORT_TEXT_BYTES, TextBudget } from '../../../executor/calls/text-budget.ts'
import { THROWN } from '../../../protocol/values/value-format.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { fromColumn, type TextColumn, toColumn } from './exact-text.ts'
import type { RowId } from './execution-row.ts'

/** A longer text is stored once as a blob, outside of the rows that a replay reads. */
const MAX_INLINE_BYTES = 65_536

interface JournalRow {
  readonly seq: number
  readonly kind: JournalRecord['kind']
  readonly position: number
  readonly tool: string
  readonly request: TextColumn
  readonly effect: JournalRecord['effect']
  readonly at_ms: number
  /** The text when it is short. */
  readonly text: TextColumn | null
  /** Its first character, when it is in the row. */
  readonly mark: TextColumn | null
  /** Bytes of the text, or of its blob. */
  readonly bytes: number
  /** Whether these are bytes of UTF-16. */
  readonly is_wide: number
}

/** Operations on journals, the rows of the table `journal`. */
export class Journals {
  #connection: Connection
  #blobs: Blobs

  constructor(connection: Connection, blobs: Blobs) {
    this.#connection = connection
    this.#blobs = blobs
  }

  /** Adds records; an existing record is an error. */
  add(execution: RowId, epoch: number, records: readonly JournalRecord[]): void {
    for (const { kind, callNumber, position, tool, request, effect, text, atMs } of records) {
      const isInline = Buffer.byteLength(text) <= MAX_INLINE_BYTES
      this.#connection.run(
        `INSERT INTO journal
          (execution, seq, kind, position, tool, request, effect, epoch, at_ms, text, blob)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        execution,
        callNumber,
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

  /**
   * Intents in order of their call numbers, then deliveries in order of `position`; with texts up to a budget.
   */
  records(execution: RowId): ReadRecord[] {
    const budget = new TextBudget()
    return this.#connection
      .all<JournalRow>(
        `SELECT seq, kind, position, tool, request, effect, at_ms,
            CASE WHEN octet_length(text) <= ${SHORT_TEXT_BYTES} THEN text END AS text,
            substr(text, 1, 1) AS mark,
            octet_length(ifnull(text, blob.body)) AS bytes,
            typeof(ifnull(text, blob.body)) = 'blob' AS is_wide
          FROM journal LEFT JOIN blob ON blob.id = journal.blob
          WHERE execution = ? ORDER BY kind = 'delivery', position, seq`,
        execution,
      )
      .map(row => ({
        kind: row.kind,
        callNumber: row.seq,
        position: row.position,
        tool: row.tool,
        request: fromColumn(row.request),
        effect: row.effect,
        text: this.#textOf(execution, row, budget),
        atMs: row.at_ms,
      }))
  }

  #textOf(
    execution: RowId,
    { seq, text, mark, bytes, is_wide }: JournalRow,
    budget: TextBudget,
  ): ReadRecord['text'] {
    if (text !== null) return fromColumn(text)
    if (budget.takes(bytes)) return this.text(execution, seq)
    // Only the characters show its length as UTF-8, or which error it is.
    const isRead = is_wide === 1 || mark === THROWN
    return isRead ? storedText(this.text(execution, seq)) : { bytes }
  }

  /** The text of a delivery. */
  text(execution: RowId, callNumber: number): string {
    const row = this.#connection.get<{ text: TextColumn | null; blob: number | null }>(
      `SELECT text, blob FROM journal WHERE execution = ? AND seq = ? AND kind = 'delivery'`,
      execution,
      callNumber,
    )
    if (row === undefined) throw new Error(`There is no delivery ${callNumber}`)
    return row.text === null ? this.#blobs.text(row.blob as number) : fromColumn(row.text)
  }

  hasDelivery(execution: RowId, callNumber: number): boolean {
    return (
      this.#connection.get(
        `SELECT 1 FROM journal WHERE execution = ? AND seq = ? AND kind = 'delivery'`,
        execution,
        callNumber,
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
