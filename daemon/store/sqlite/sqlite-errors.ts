/**
 * The meaning of SQLite's errors for the store.
 *
 * Codes: https://www.sqlite.org/rescode.html. The lower eight bits are the kind, the rest the
 * detail.
 */

/** The primary result codes that the store distinguishes. */
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
 * After these the state on disk is unknown, so the store is lost. A full disk is certain: the last
 * frame of the commit was not written. `SQLITE_IOERR_SHMSIZE` is not: by it the index of the
 * write-ahead log, which is written after the commit, reports that it has no room.
 */
const fatalCodes: ReadonlySet<number> = new Set([
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

/**
 * Whether a page is damaged. Operations that do not need the page go on. A commit with this error
 * is lost.
 */
export function isDamaged(error: unknown): boolean {
  return primaryCode(error) === SQLITE.CORRUPT
}

/** Whether SQLite failed because the disk is full. */
export function isFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE.FULL
}

/** Whether a statement that failed so may be undone alone, and the rest of its batch go on. */
export function isOfOneOperation(error: unknown): boolean {
  const code = primaryCode(error)
  return code === undefined || (code !== SQLITE.FULL && !fatalCodes.has(code))
}
