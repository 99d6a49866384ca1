/**
 * The contents of files: rows of `content`, and their bytes in pieces.
 *
 * A content is written under an id of its own and becomes whole at the end. Of two daemons that write
 * the same one at once the first makes it whole, and the other removes what it has written. Both hold a
 * lock of its hash meanwhile. A daemon that removes a content holds it too, so that it removes none
 * that a writer has just found.
 */

import { CONTENT_GRACE_MS, type ContentPlace, type ContentStore } from '../content-store.ts'
import type { Database, Transaction } from './database.ts'

/** Bytes of a piece: one statement each. */
const PIECE_BYTES = 1024 * 1024
/** Contents that one step of a sweep looks at. */
const MAX_STEP = 100

/** The contents in a database. */
export function contentStore(database: Database): ContentStore {
  return {
    keep: (sha256, size, open, place) => keep(database, { sha256, size }, open, place),
    size: sha256 => database.read(tx => sizeOf(tx, sha256)),
    read: (sha256, from, to) => read(database, sha256, from, to),
    sweep: place => sweep(database, place),
  }
}

interface Content {
  readonly sha256: string
  readonly size: number
}

async function keep(
  database: Database,
  content: Content,
  open: () => AsyncIterable<Uint8Array>,
  place: ContentPlace | undefined,
): Promise<void> {
  const { sha256, size } = content
  const id = await database.transaction(tx => begin(tx, content))
  if (id === undefined) return
  try {
    if (place === undefined) await writePieces(database, id, open())
    else await place.put(sha256, size)
  } catch (error) {
    await database
      .transaction(tx => remove(tx, id))
      .catch(() => {
        // A sweep removes a content that is half written.
      })
    throw error
  }
  await database.transaction(tx => makeWhole(tx, id, sha256))
}

/** The id under which a content is to be written; `undefined`: it is there. */
async function begin(tx: Transaction, { sha256, size }: Content): Promise<number | undefined> {
  await lock(tx, sha256)
  const before = tx.before as number | undefined
  // A repetition: the first attempt was committed before its connection was lost.
  if (before !== undefined && (await hasRow(tx, before))) return before
  if (await isThere(tx, sha256)) return undefined
  const [row] = await tx.rows<{ id: number }>(
    `INSERT INTO content (sha256, size, written_ms) VALUES ($1, $2, latchd_now()) RETURNING id`,
    [sha256, size],
  )
  return row?.id
}

const hasRow = async (tx: Transaction, id: number) =>
  (await tx.rows('SELECT 1 FROM content WHERE id = $1', [id])).length > 0

/** Whether a content is whole; if so, it was written again now. */
async function isThere(tx: Transaction, sha256: string): Promise<boolean> {
  const sql = 'UPDATE content SET written_ms = latchd_now() WHERE sha256 = $1 AND is_whole'
  return (await tx.run(sql, [sha256])) > 0
}

async function writePieces(
  database: Database,
  id: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  let number = 0
  let gathered: Uint8Array[] = []
  let bytes = 0
  const flush = async () => {
    const piece = Buffer.concat(gathered)
    gathered = []
    bytes = 0
    const place = number++
    await database.transaction(async tx => {
      await tx.run(
        `INSERT INTO content_piece (content, number, bytes) VALUES ($1, $2, $3)
          ON CONFLICT DO NOTHING`,
        [id, place, piece],
      )
    })
  }
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - bytes)
      gathered.push(part)
      bytes += part.byteLength
      at += part.byteLength
      if (bytes === PIECE_BYTES) await flush()
    }
  }
  if (bytes > 0) await flush()
}

async function makeWhole(tx: Transaction, id: number, sha256: string): Promise<void> {
  await lock(tx, sha256)
  const isOurs = await tx.rows('SELECT 1 FROM content WHERE id = $1 AND is_whole', [id])
  // A repetition: the first attempt was committed before its connection was lost.
  if (isOurs.length > 0) return
  if (await isThere(tx, sha256)) return await remove(tx, id)
  const made = await tx.run(
    'UPDATE content SET is_whole = true, written_ms = latchd_now() WHERE id = $1',
    [id],
  )
  if (made === 0) throw new Error(`The content ${sha256} took too long to be written`)
}

async function remove(tx: Transaction, id: number): Promise<void> {
  await tx.run('DELETE FROM content WHERE id = $1', [id])
}

async function lock(tx: Transaction, sha256: string): Promise<void> {
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [sha256])
}

async function sizeOf(tx: Transaction, sha256: string): Promise<number | undefined> {
  const sql = 'SELECT size FROM content WHERE sha256 = $1 AND is_whole'
  return (await tx.rows<{ size: number }>(sql, [sha256]))[0]?.size
}

async function* read(
  database: Database,
  sha256: string,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  if (to <= from) return
  for (let at = from; at < to; ) {
    const number = Math.floor(at / PIECE_BYTES)
    const start = at - number * PIECE_BYTES
    const wanted = Math.min(PIECE_BYTES - start, to - at)
    const [row] = await database.read(tx =>
      tx.rows<{ bytes: Buffer }>(
        `SELECT substring(bytes FROM $3::int FOR $4::int) AS bytes
          FROM content c JOIN content_piece p ON p.content = c.id
          WHERE sha256 = $1 AND is_whole AND number = $2`,
        [sha256, number, start + 1, wanted],
      ),
    )
    if (row?.bytes.byteLength !== wanted) throw new Error(`The content ${sha256} is not there`)
    yield row.bytes
    at += wanted
  }
}

async function sweep(database: Database, place: ContentPlace | undefined): Promise<number> {
  let removed = 0
  for (let after = 0; ; ) {
    const old = await database.read(tx => oldContents(tx, after))
    for (const one of old) {
      if (await database.transaction(tx => removeOld(tx, one, place))) removed++
    }
    const last = old.at(-1)
    if (last === undefined || old.length < MAX_STEP) return removed
    after = last.id
  }
}

interface OldContent {
  readonly id: number
  readonly sha256: string
}

const IS_OLD = `written_ms < latchd_now() - ${CONTENT_GRACE_MS} AND (NOT is_whole
  OR NOT EXISTS (SELECT 1 FROM file WHERE file.sha256 = content.sha256))`

async function oldContents(tx: Transaction, after: number): Promise<OldContent[]> {
  return await tx.rows(
    `SELECT id, sha256 FROM content WHERE id > $1 AND ${IS_OLD} ORDER BY id LIMIT ${MAX_STEP}`,
    [after],
  )
}

async function removeOld(
  tx: Transaction,
  { id, sha256 }: OldContent,
  place: ContentPlace | undefined,
): Promise<boolean> {
  await lock(tx, sha256)
  const removed = await tx.run(`DELETE FROM content WHERE id = $1 AND ${IS_OLD}`, [id])
  if (removed === 0) return false
  const others = await tx.rows('SELECT 1 FROM content WHERE sha256 = $1', [sha256])
  // Under the lock, so that no writer finds it there and relies on it.
  if (place !== undefined && others.length === 0) await place.remove(sha256)
  return true
}
