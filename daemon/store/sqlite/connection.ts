/** A connection to a store's database, with its prepared statements. */

import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { LatchdError } from '../../../protocol/errors.ts'
import { OWNER_ONLY } from './files.ts'
import { primaryCode, SQLITE } from './sqlite-errors.ts'

/** How long a statement waits for another process that holds a lock: a copy or a check of it. */
const BUSY_TIMEOUT_MS = 5000
/** A larger write-ahead log is cut when it restarts. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024
/** Pages that stay in memory, in KiB. */
const CACHE_KIB = 8192
/**
 * Pages in the write-ahead log at which they are written to the database (16 MiB): a page that many
 * commits change is written back once, and opening after a kill reads no more than that.
 */
const CHECKPOINT_PAGES = 4096

/** A row, by column. */
export type Row = Record<string, unknown>

/** A database whose statements are prepared once and reused. */
export class Connection {
  readonly database: DatabaseSync
  #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.database = database
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      // SQLite compiles a statement again for each other value of a parameter that an order or a
      // partial index might depend on. An expression is not looked into.
      statement = this.database.prepare(sql.replaceAll('?', '+?'))
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /** The first row; its shape is the caller's claim. */
  get<R extends object = Row>(sql: string, ...values: SQLInputValue[]): R | undefined {
    return this.#prepared(sql).get(...values) as R | undefined
  }

  all<R extends object = Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#prepared(sql).all(...values) as R[]
  }

  /** Runs a statement; returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes)
  }

  /** Inserts a row; returns its row id. */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid)
  }

  /** Value of a pragma that has one. */
  pragma(name: string): unknown {
    return Object.values(this.get(`PRAGMA ${name}`) ?? {})[0]
  }

  /**
   * Gives memory back: SQLite's cache, and with the next collection of garbage the statements, each of
   * which keeps the values that it was given last.
   */
  shrink(): void {
    this.#statements.clear()
    this.database.exec('PRAGMA shrink_memory')
  }

  close(): void {
    this.#statements.clear()
    this.database.close()
  }
}

/**
 * Opens a database for writing: every commit is on disk before it returns.
 *
 * @throws {LatchdError} `INTERNAL`: it is damaged, is not a database, or cannot be made durable
 */
export function openForWriting(file: string): Connection {
  return opened(file, () => {
    keepForOwner(file)
    const connection = new Connection(new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS }))
    expectPragma(connection, 'journal_mode', 'wal', 'WAL')
    expectPragma(connection, 'synchronous', 2, 'FULL')
    expectPragma(connection, 'foreign_keys', 1, 'ON')
    // Savepoints keep copies of pages, which need no file.
    connection.database.exec('PRAGMA temp_store = MEMORY')
    connection.database.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`)
    connection.database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    connection.database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    return connection
  })
}

/**
 * Makes a database that only its owner can read, if it does not exist. SQLite would let all users
 * read it, and gives the files beside it the mode of the database.
 */
function keepForOwner(file: string): void {
  closeSync(openSync(file, 'a', OWNER_ONLY))
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    if (existsSync(path)) chmodSync(path, OWNER_ONLY)
  }
}

/**
 * Opens a database for reading, also while a daemon writes to it.
 *
 * @throws {LatchdError} `INTERNAL`
 */
export function openForReading(file: string): Connection {
  return opened(file, () => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    const connection = new Connection(database)
    connection.get('SELECT count(*) FROM sqlite_schema')
    return connection
  })
}

function opened(file: string, open: () => Connection): Connection {
  try {
    return open()
  } catch (error) {
    if (error instanceof LatchdError) throw error
    throw new LatchdError('INTERNAL', `Cannot open the store ${file}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/** Sets a pragma and reads it back: SQLite reports no error when it cannot set one. */
function expectPragma(connection: Connection, name: string, expected: unknown, text: string): void {
  connection.database.exec(`PRAGMA ${name} = ${text}`)
  const found = connection.pragma(name)
  if (found === expected) return
  throw new Error(`PRAGMA ${name} is ${String(found)}, not ${text}`)
}

function reasonOf(error: unknown): string {
  const code = primaryCode(error)
  if (code === SQLITE.NOTADB) return 'the file is not a database'
  if (code === SQLITE.CORRUPT) return 'the file is damaged'
  return (error as Error).message
}
