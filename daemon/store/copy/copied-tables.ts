/** The tables of an embedded store, as rows of the tables of a shared one. In the order of copying. */

import { toLiteral } from '../postgres/exact-text.ts'
import { programFacts, SOURCE_HEAD } from '../postgres/program-facts.ts'
import { Blobs } from '../sqlite/blobs.ts'
import type { Connection, Row } from '../sqlite/connection.ts'
import { fromColumn, type TextColumn } from '../sqlite/exact-text.ts'

/** The value of a column, as PostgreSQL gets it. */
export type Value = string | number | boolean | Uint8Array | null
/** A part of a key. */
export type Key = string | number

/** How one column is made. */
interface Column {
  readonly name: string
  /** PostgreSQL's type of it. */
  readonly type: 'text' | 'bigint' | 'int' | 'boolean' | 'bytea' | 'double precision'
  readonly of: (row: Row, blobs: Blobs) => Value
}

/** A table that is copied. */
export interface CopiedTable {
  readonly name: string
  /** The columns that order its rows, named alike in both stores. */
  readonly key: readonly string[]
  /** The expressions that are selected in the embedded store; all columns when absent. */
  readonly select?: string
  readonly columns: readonly Column[]
}

const text = (name: string): Column => ({ name, type: 'text', of: row => row[name] as Value })
const whole = (name: string): Column => ({ name, type: 'bigint', of: row => row[name] as Value })
const small = (name: string): Column => ({ name, type: 'int', of: row => row[name] as Value })
const flag = (name: string): Column => ({ name, type: 'boolean', of: row => row[name] === 1 })
const literal = (name: string, of: (row: Row, blobs: Blobs) => string | null): Column => ({
  name,
  type: 'text',
  of: (row, blobs) => {
    const value = of(row, blobs)
    return value === null ? null : toLiteral(value)
  },
})
const exact = (value: unknown) => fromColumn(value as TextColumn)
const sourceOf = (row: Row, blobs: Blobs) => blobs.text(row.source as number)
const answerOf = (row: Row, blobs: Blobs) =>
  row.blob === null ? exact(row.text) : blobs.text(row.blob as number)
const planFacts = (row: Row) => programFacts(row.plan as string)

/** The execution that holds a session, of those that have begun and not ended. */
const HOLDER = `(SELECT execution_id FROM execution e WHERE e.session_id = session.session_id
  AND e.state IN ('queued', 'running', 'waiting', 'stuck') AND e.started_ms IS NOT NULL
  ORDER BY e.id LIMIT 1) AS holder`

/** All tables; those that others refer to come first. */
export const copiedTables: readonly CopiedTable[] = [
  {
    name: 'execution',
    key: ['id'],
    columns: [
      ...[whole('id'), text('execution_id'), text('owner'), text('state'), small('epoch')],
      ...[small('losses'), whole('wake_ms'), whole('created_ms'), whole('started_ms')],
      ...[whole('deadline_ms'), whole('ended_ms'), text('session_id'), text('key_text')],
      ...[text('key_hash'), text('usage'), text('webhook_url'), text('parent_id')],
      {
        name: 'runtime',
        type: 'text',
        of: row => (row.started_ms === null ? null : (planFacts(row).runtime ?? null)),
      },
    ],
    select: '*, (SELECT plan FROM program WHERE program.execution = execution.id) AS plan',
  },
  {
    name: 'program',
    key: ['execution'],
    columns: [
      whole('execution'),
      literal('source_text', sourceOf),
      literal('head_text', (row, blobs) => sourceOf(row, blobs).slice(0, SOURCE_HEAD)),
      { name: 'language', type: 'text', of: row => planFacts(row).language ?? null },
      literal('compiled_text', (row, blobs) =>
        row.compiled === null ? null : blobs.text(row.compiled as number),
      ),
      text('plan'),
      { name: 'metadata', type: 'text', of: row => metadataOf(row) },
    ],
  },
  { name: 'ending', key: ['execution'], columns: [whole('execution'), text('body')] },
  {
    name: 'journal',
    key: ['execution', 'seq', 'kind'],
    columns: [
      ...[whole('execution'), small('seq'), text('kind'), small('position'), text('tool')],
      literal('request_text', row => exact(row.request)),
      ...[text('effect'), small('epoch'), whole('at_ms')],
      literal('answer_text', answerOf),
      {
        name: 'bytes',
        type: 'int',
        of: (row, blobs) => Buffer.byteLength(answerOf(row, blobs)),
      },
    ],
  },
  {
    name: 'event',
    key: ['execution', 'last'],
    columns: [whole('execution'), small('last'), small('first'), text('events')],
  },
  {
    name: 'wait',
    key: ['id'],
    columns: [
      ...[whole('id'), text('approval_id'), whole('execution'), small('seq'), text('owner')],
      ...[text('status'), whole('created_ms'), text('approval')],
      literal('input_text', row => exact(row.input)),
      ...[flag('is_remembered'), flag('is_edited'), flag('is_ready')],
    ],
  },
  {
    name: 'session',
    key: ['session_id'],
    select: `*, ${HOLDER}`,
    columns: [
      ...[text('session_id'), text('owner'), whole('created_ms'), whole('used_ms')],
      small('executions'),
      {
        name: 'snapshot',
        type: 'bytea',
        of: (row, blobs) => (row.snapshot === null ? null : blobs.bytes(row.snapshot as number)),
      },
      ...[small('snapshot_bytes'), text('runtime'), text('remembered'), flag('is_repeatable')],
      ...[small('run_bytes'), text('holder'), text('state'), small('steps')],
    ],
  },
  {
    name: 'session_run',
    key: ['session_id', 'number'],
    columns: [
      ...[text('session_id'), small('number')],
      { name: 'body', type: 'bytea', of: row => row.body as Uint8Array },
    ],
  },
  {
    name: 'removed_key',
    key: ['owner', 'key_text'],
    columns: [
      ...[text('owner'), text('key_text'), text('key_hash'), text('execution_id')],
      whole('ended_ms'),
    ],
  },
  {
    name: 'file',
    key: ['file_id'],
    columns: [
      ...[text('file_id'), text('kind'), text('owner'), text('execution_id')],
      text('session_id'),
      literal('name_text', row => row.name as string | null),
      literal('type_text', row => row.type as string),
      ...[whole('size'), text('sha256')],
      {
        name: 'last_modified_ms',
        type: 'double precision',
        of: row => row.last_modified_ms as number,
      },
      whole('created_ms'),
    ],
  },
  {
    name: 'webhook',
    key: ['message_id'],
    columns: [
      ...[text('message_id'), text('execution_id'), text('owner'), text('origin'), text('url')],
      ...[text('body'), whole('created_ms'), small('attempts'), whole('due_ms')],
    ],
  },
]

function metadataOf(row: Row): string | null {
  const { metadata } = planFacts(row)
  return metadata === undefined ? null : JSON.stringify(metadata)
}

/** Rows of a table, with the key of the last one. */
export interface RowBatch {
  readonly rows: readonly (readonly Value[])[]
  readonly after: readonly Key[]
}

/** Rows in a batch, and bytes after which it ends. */
const MAX_ROWS = 500
const MAX_BYTES = 4 * 1024 * 1024

/** The next rows after a key, as the shared store has them; `undefined`: there are none. */
export function nextRows(
  connection: Connection,
  table: CopiedTable,
  after: readonly Key[] | null,
): RowBatch | undefined {
  const { name, key, select = '*', columns } = table
  const keys = key.join(', ')
  const where = after === null ? '' : `WHERE (${keys}) > (${key.map(() => '?').join(', ')})`
  const sql = `SELECT ${select} FROM ${name} ${where} ORDER BY ${keys} LIMIT ${MAX_ROWS}`
  const blobs = new Blobs(connection)
  const rows: Value[][] = []
  let last: readonly Key[] | undefined
  let bytes = 0
  for (const found of connection.database.prepare(sql).iterate(...(after ?? []))) {
    const row = found as Row
    const values = columns.map(({ of }) => of(row, blobs))
    rows.push(values)
    last = key.map(column => row[column] as Key)
    bytes += values.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (bytes > MAX_BYTES) break
  }
  return last && { rows, after: last }
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  return value instanceof Uint8Array ? value.byteLength : 0
}
