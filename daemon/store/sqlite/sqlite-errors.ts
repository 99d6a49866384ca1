/**
 * What an error of SQLite means to the store.
 *
 * Codes: https://www.sqlite.org/rescode.html. The lower eight bits are the kind, the rest the detail.
 */

export const SQLITE = {
  BUSY: 5,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  PROTOCOL: 15,
  NOTADB: 26,
} as const

/**
 * After these nobody knows what is on the disk, so the store is lost. Of a full disk SQLite is sure:
 * the last frame of the commit was not written. That is not so of `SQLITE_IOERR_SHMSIZE`, by which
 * the index of the write-ahead log, written after the commit, tells that it has no room.
 */
const losses: ReadonlySet<number> = new Set([
  SQLITE.BUSY,
  SQLITE.NOMEM,
  SQLITE.READONLY,
  SQLITE.IOERR,
  SQLITE.CANTOPEN,
  SQLITE.PROTOCOL,
  SQLITE.NOTADB,
])

/** The kind of an error of SQLite; `undefined` when it is another's. */
export function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** A page does not hold what it should: what does not need it goes on. A commit that says so is lost. */
export function isDamaged(error: unknown): boolean {
  return primaryCode(error) === SQLITE.CORRUPT
}

export function isFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE.FULL
}

/** Whether a statement that failed so may be undone alone, and the rest of its batch go on. */
export function isOfOneOperation(error: unknown): boolean {
  const code = primaryCode(error)
  return code === undefined || (code !== SQLITE.FULL && !losses.has(code))
}
