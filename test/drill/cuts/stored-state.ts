/** All rows of a shared store, without what is chance in them: to compare one with another. */

import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'

/** Rows that belong to an execution, by its id in place of its integer. */
const ofExecutions = ['program', 'ending', 'journal', 'event', 'wait'].map(
  table =>
    [
      table,
      `SELECT to_jsonb(t) - 'id' - 'execution' || jsonb_build_object('of', e.execution_id) AS row
        FROM ${table} t JOIN execution e ON e.id = t.execution`,
    ] as const,
)

/** Each gives one column, `row`. */
const tables: readonly (readonly [string, string])[] = [
  [
    'execution',
    `SELECT to_jsonb(e) - 'id' - 'cancel_ms' || jsonb_build_object('daemon', d.name,
        'isCancelled', cancel_ms IS NOT NULL) AS row
      FROM execution e LEFT JOIN daemon d ON d.id = e.daemon`,
  ],
  ...ofExecutions,
  [
    'session',
    `SELECT to_jsonb(s) || jsonb_build_object('holder_daemon', d.name) AS row
      FROM session s LEFT JOIN daemon d ON d.id = s.holder_daemon`,
  ],
  ...['session_run', 'removed_key', 'file', 'webhook', 'client'].map(
    table => [table, `SELECT to_jsonb(t) AS row FROM ${table} t`] as const,
  ),
  ['client_offer', `SELECT to_jsonb(t) - 'id' - 'revision' AS row FROM client_offer t`],
  [
    'content',
    `SELECT jsonb_build_object('sha256', sha256, 'is_whole', is_whole, 'bytes',
        (SELECT string_agg(bytes, '' ORDER BY number) FROM content_piece WHERE content = c.id)) AS row
      FROM content c`,
  ],
  ['daemon', `SELECT to_jsonb(d) - 'id' - 'started_ms' - 'seen_ms' - 'load' AS row FROM daemon d`],
  ['secret', `SELECT to_jsonb(m) AS row FROM meta m WHERE name LIKE 'secret %'`],
]

/** Removes all rows, of daemons too. */
export const ERASE = `DELETE FROM execution; DELETE FROM session; DELETE FROM webhook;
  DELETE FROM removed_key; DELETE FROM file; DELETE FROM daemon; DELETE FROM client;
  DELETE FROM content; DELETE FROM meta WHERE name LIKE 'secret %'`

/** Rows by table, in an order of their own. */
export type StoredState = Readonly<Record<string, readonly string[]>>

/** In which tables two states differ, in words. */
export function differencesOf(now: StoredState, then: StoredState): string[] {
  const names = new Set([...Object.keys(now), ...Object.keys(then)])
  return [...names]
    .filter(name => !isDeepStrictEqual(now[name], then[name]))
    .map(name => `${name} has ${JSON.stringify(now[name])}, not ${JSON.stringify(then[name])}`)
}

/** All rows of a database. */
export async function storedState(client: pg.Client): Promise<StoredState> {
  const selects = tables.map(([name, sql]) => `SELECT '${name}' AS name, row::text FROM (${sql}) x`)
  const { rows } = await client.query(selects.join(' UNION ALL '))
  const byTable = Map.groupBy(rows as { name: string; row: string }[], ({ name }) => name)
  return Object.fromEntries(
    [...byTable].map(([name, all]) => [name, all.map(({ row }) => row).toSorted()]),
  )
}
