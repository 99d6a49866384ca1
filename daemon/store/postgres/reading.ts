/** Executions, journals and counts as readers see them. */

import { type ReadRecord, storedText } from '../../../executor/calls/journal.ts'
import { SHORT_TEXT_BYTES, TextBudget } from '../../../executor/calls/text-budget.ts'
import { foldExecution, NO_USAGE } from '../../../executor/record/fold-execution.ts'
import type { StoredEvent } from '../../../executor/store/stored-event.ts'
import type { Execution, ExecutionSource } from '../../../protocol/execution/execution.ts'
import { sourceLine } from '../../../protocol/execution/source-line.ts'
import { THROWN } from '../../../protocol/values/value-format.ts'
import { eventsOfText } from '../rules/event-text.ts'
import { fromShortJson } from '../rules/short-json.ts'
import { isLive, type LiveState } from '../rules/standing.ts'
import type { ClaimedExecution, ListQuery, StoredExecution } from '../store.ts'
import { approvalsOf } from './approvals.ts'
import type { Transaction } from './database.ts'
import { fromLiteral, fromLiteralOrNull } from './exact-text.ts'
import type { RowId } from './execution-rows.ts'

interface ReadRow {
  readonly execution_id: string
  readonly owner: string
  readonly state: Execution['status']
  readonly created_ms: number
  readonly started_ms: number | null
  readonly session_id: string | null
  readonly usage: string | null
  readonly head_text: string
  readonly metadata: string | null
  readonly ending: string | null
  /** Texts of its events, in order; empty when it has an ending. */
  readonly events: readonly string[]
}

/** An ended execution is read from its ending, another from its events. */
const ROWS = `SELECT e.execution_id, e.owner, e.state, e.created_ms, e.started_ms, e.session_id,
    e.usage, p.head_text, p.metadata, g.body AS ending,
    CASE WHEN g.body IS NULL
      THEN ARRAY(SELECT events FROM event v WHERE v.execution = e.id ORDER BY last)
      ELSE '{}'::text[] END AS events
  FROM execution e JOIN program p ON p.execution = e.id LEFT JOIN ending g ON g.execution = e.id`

function executionOf(row: ReadRow, nowMs: number): Execution {
  const { execution_id: executionId, state, ending, metadata, usage } = row
  if (!isLive(state) && ending !== null) return fromShortJson(ending, executionId)
  return foldExecution(
    {
      executionId,
      state: state as LiveState,
      sourceLine: sourceLine(fromLiteral(row.head_text)),
      createdAtMs: row.created_ms,
      startedAtMs: row.started_ms ?? undefined,
      sessionId: row.session_id ?? undefined,
      metadata: metadata === null ? undefined : JSON.parse(metadata),
      usage: usage === null ? NO_USAGE : JSON.parse(usage),
      events: row.events.flatMap(text => eventsOfText(text, executionId, ending)),
    },
    nowMs,
  )
}

/** One execution, with its owner. @param nowMs for the age of one that goes on */
export async function readExecution(
  tx: Transaction,
  executionId: string,
  nowMs: number,
): Promise<StoredExecution | undefined> {
  const [row] = await tx.rows<ReadRow>(`${ROWS} WHERE e.execution_id = $1`, [executionId])
  return row && { owner: row.owner, execution: executionOf(row, nowMs) }
}

/** An execution that goes on, read as if it ran. */
export async function readRunning(
  tx: Transaction,
  executionId: string,
  nowMs: number,
): Promise<Execution> {
  const [row] = await tx.rows<ReadRow>(`${ROWS} WHERE e.execution_id = $1`, [executionId])
  return executionOf({ ...(row as ReadRow), state: 'running' }, nowMs)
}

/** A page of executions, newest first. */
export async function listExecutions(
  tx: Transaction,
  { owner, status, parentIds, after, limit }: ListQuery,
  nowMs: number,
): Promise<Execution[]> {
  const conditions = ['(e.created_ms, e.execution_id) < ($1, $2)']
  const values: unknown[] = [after?.createdAtMs ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit]
  // Each form of the list is a statement of its own, with a plan of its own.
  if (owner !== undefined) conditions.push(`e.owner = $${values.push(owner)}`)
  if (status !== undefined) conditions.push(`e.state = $${values.push(status)}`)
  if (parentIds !== undefined)
    conditions.push(`e.parent_id = ANY($${values.push(parentIds)}::text[])`)
  const rows = await tx.rows<ReadRow>(
    `${ROWS} WHERE ${conditions.join(' AND ')}
      ORDER BY e.created_ms DESC, e.execution_id DESC LIMIT $3`,
    values,
  )
  return rows.map(row => executionOf(row, nowMs))
}

/** The events of an execution after a sequence number, in order. */
export async function readEvents(
  tx: Transaction,
  executionId: string,
  after: number,
): Promise<StoredEvent[]> {
  const rows = await tx.rows<{ events: string; ending: string | null }>(
    `SELECT events, body AS ending FROM execution e JOIN event v ON v.execution = e.id
      LEFT JOIN ending g ON g.execution = e.id
      WHERE e.execution_id = $1 AND last > $2 ORDER BY last`,
    [executionId, after],
  )
  return rows
    .flatMap(({ events, ending }) => eventsOfText(events, executionId, ending))
    .filter(({ sequence }) => sequence > after)
}

/** The source of an execution, with its language. */
export async function readSource(
  tx: Transaction,
  executionId: string,
): Promise<Omit<ExecutionSource, 'executionId'> | undefined> {
  const [row] = await tx.rows<{ source_text: string; language: ExecutionSource['language'] }>(
    `SELECT source_text, language FROM execution e JOIN program p ON p.execution = e.id
      WHERE execution_id = $1`,
    [executionId],
  )
  return row && { source: fromLiteral(row.source_text), language: row.language }
}

interface JournalHead {
  readonly id: RowId
  readonly owner: string
  readonly epoch: number
  readonly source_text: string
  readonly plan: string
  readonly compiled_text: string | null
  readonly usage: string | null
  readonly session_id: string | null
  readonly webhook_url: string | null
  readonly created_ms: number
  readonly started_ms: number | null
  readonly deadline_ms: number
  readonly runtime: string | null
}

/** Everything that an execution was made from. */
export async function readJournal(
  tx: Transaction,
  executionId: string,
): Promise<ClaimedExecution | undefined> {
  const [head] = await tx.rows<JournalHead>(
    `SELECT id, owner, epoch, source_text, plan, compiled_text, usage, session_id, webhook_url,
        created_ms, started_ms, deadline_ms, runtime
      FROM execution e JOIN program p ON p.execution = e.id WHERE execution_id = $1`,
    [executionId],
  )
  if (head === undefined) return undefined
  return {
    executionId,
    owner: head.owner,
    epoch: head.epoch,
    source: fromLiteral(head.source_text),
    plan: head.plan,
    program: fromLiteralOrNull(head.compiled_text),
    usage: head.usage ?? undefined,
    sessionId: head.session_id ?? undefined,
    webhookUrl: head.webhook_url ?? undefined,
    createdAtMs: head.created_ms,
    startedAtMs: head.started_ms ?? undefined,
    deadlineMs: head.deadline_ms,
    ...(head.runtime !== null && { runtime: head.runtime }),
    records: await readRecords(tx, head.id),
    approvals: await approvalsOf(tx, head.id),
    events: await readEvents(tx, executionId, 0),
  }
}

interface JournalRow {
  readonly seq: number
  readonly kind: ReadRecord['kind']
  readonly position: number
  readonly tool: string
  readonly request_text: string
  readonly effect: ReadRecord['effect']
  readonly at_ms: number
  readonly bytes: number
  /** The first character of the text; empty when it has none. */
  readonly mark: string
  /** The text when it is short. */
  readonly answer_text: string | null
}

/** Intents in order of their call numbers, then deliveries in order of `position`; with texts up to a budget. */
async function readRecords(tx: Transaction, execution: RowId): Promise<ReadRecord[]> {
  const rows = await tx.rows<JournalRow>(
    `SELECT seq, kind, position, tool, request_text, effect, at_ms, bytes,
        substr(answer_text, 2, 1) AS mark,
        CASE WHEN bytes <= ${SHORT_TEXT_BYTES} THEN answer_text END AS answer_text
      FROM journal WHERE execution = $1 ORDER BY kind = 'delivery', position, seq`,
    [execution],
  )
  const budget = new TextBudget()
  const wanted = rows.filter(({ answer_text, bytes, mark }) => {
    if (answer_text !== null) return false
    return budget.takes(bytes) || mark === THROWN
  })
  const long = await readTexts(
    tx,
    execution,
    wanted.map(({ seq }) => seq),
  )
  const whole = new TextBudget()
  return rows.map(row => {
    const { seq, kind, position, tool, effect, bytes, answer_text } = row
    const base = {
      kind,
      callNumber: seq,
      position,
      tool,
      request: fromLiteral(row.request_text),
      effect,
    }
    const atMs = row.at_ms
    if (answer_text !== null) return { ...base, text: fromLiteral(answer_text), atMs }
    const text = long.get(seq)
    const isWhole = whole.takes(bytes)
    if (text === undefined) return { ...base, text: { bytes }, atMs }
    return { ...base, text: isWhole ? text : storedText(text), atMs }
  })
}

async function readTexts(
  tx: Transaction,
  execution: RowId,
  callNumbers: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (callNumbers.length === 0) return new Map()
  const rows = await tx.rows<{ seq: number; answer_text: string }>(
    `SELECT seq, answer_text FROM journal
      WHERE execution = $1 AND kind = 'delivery' AND seq = ANY($2::int[])`,
    [execution, callNumbers],
  )
  return new Map(rows.map(({ seq, answer_text }) => [seq, fromLiteral(answer_text)]))
}

/** Texts of deliveries, in the order of the numbers. @throws {Error} one is not there */
export async function readAnswers(
  tx: Transaction,
  executionId: string,
  callNumbers: readonly number[],
): Promise<string[]> {
  const [row] = await tx.rows<{ id: RowId }>('SELECT id FROM execution WHERE execution_id = $1', [
    executionId,
  ])
  if (row === undefined) throw new Error(`There is no execution ${executionId}`)
  const texts = await readTexts(tx, row.id, callNumbers)
  return callNumbers.map(callNumber => {
    const text = texts.get(callNumber)
    if (text === undefined) throw new Error(`There is no delivery ${callNumber}`)
    return text
  })
}
