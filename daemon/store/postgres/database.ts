/**
 * The connections to PostgreSQL: transactions, each carried out until it is known what came of it.
 *
 * A connection that is lost while a transaction is under way leaves its commit unknown. Then the same
 * transaction is carried out again, as one that may have been carried out before. After
 * {@link GIVE_UP_MS} without a database it is refused.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { LatchdError } from '../../../protocol/errors.ts'

/** For so long a transaction is tried again: half of the lease of a daemon, in milliseconds. */
export const GIVE_UP_MS = 5000
const FIRST_PAUSE_MS = 20
const LAST_PAUSE_MS = 500

/** Statements that take effect together. */
export interface Transaction {
  /** Whether all of it may have been carried out already. */
  readonly isRepeat: boolean
  /** What it came to when its commit became unknown; `undefined`: it has not come to its commit. */
  readonly before: unknown
  /** The rows of a statement; their shape is the caller's claim. */
  rows<R extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>
  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, values?: readonly unknown[]): Promise<number>
  /** Runs several statements without parameters. */
  script(sql: string): Promise<void>
}

/** Called with transactions that were committed, and how long each took. */
export type OnTransaction = (tookMs: number) => void

/** Carries out transactions on a pool of connections. */
export class Database {
  #pool: Pool
  #isClosed = false
  #commits = 0
  #statements = new Map<string, string>()
  /** Whether the last attempt found no database. */
  isAway = false

  constructor(pool: Pool) {
    this.#pool = pool
    // A connection that breaks while it is idle: the next transaction gets another.
    pool.on('error', () => {})
    // One that breaks while it goes from the pool to a transaction: the transaction finds out.
    pool.on('connect', client => client.on('error', () => {}))
  }

  /** Transactions that were committed. */
  get commits(): number {
    return this.#commits
  }

  /**
   * Carries out a transaction; resolves when it is committed.
   *
   * @throws {LatchdError} `STORE_UNAVAILABLE`, `STORE_FULL`, and whatever `work` throws: then nothing
   *   of it has taken effect
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#carryOut(work, true)
  }

  /**
   * Carries out statements that change nothing, each by itself.
   *
   * @throws {LatchdError} `STORE_UNAVAILABLE`, and whatever `work` throws
   */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#carryOut(work, false)
  }

  async #carryOut<T>(work: (tx: Transaction) => Promise<T>, isWriting: boolean): Promise<T> {
    const untilMs = performance.now() + GIVE_UP_MS
    let isRepeat = false
    let before: T | undefined
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LAST_PAUSE_MS, 2 * pauseMs)) {
      if (this.#isClosed) throw new LatchdError('DRAINING', 'Cannot use the store: it is closed')
      try {
        const value = await this.#once(work, { isRepeat, before }, isWriting)
        this.isAway = false
        return value
      } catch (error) {
        const kind = kindOf(error)
        if (kind === 'refused') throw error
        if (kind === 'full') {
          throw new LatchdError('STORE_FULL', 'Cannot write to the store: its disk is full')
        }
        isRepeat ||= kind === 'unknown'
        if (kind === 'unknown' && error instanceof CommitUnknown) before = error.value as T
        this.isAway = kind !== 'again'
        if (performance.now() + pauseMs > untilMs) throw unavailable(error)
      }
      await delay(pauseMs)
    }
  }

  async #once<T>(
    work: (tx: Transaction) => Promise<T>,
    attempt: Attempt,
    isWriting: boolean,
  ): Promise<T> {
    const client = await this.#pool.connect().catch(error => {
      throw new NotConnected(error)
    })
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      if (!isWriting) return await work(this.#on(client, attempt))
      await client.query('BEGIN')
      const value = await work(this.#on(client, attempt))
      await client.query('COMMIT').catch(error => {
        throw kindOf(error) === 'unknown' ? new CommitUnknown(error, value) : error
      })
      this.#commits++
      return value
    } catch (error) {
      if (broken === undefined && kindOf(error) !== 'unknown') {
        if (isWriting) await client.query('ROLLBACK').catch(onError)
      } else broken ??= error as Error
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  #on(client: PoolClient, { isRepeat, before }: Attempt): Transaction {
    const query = (sql: string, values: readonly unknown[]) =>
      client.query({ name: this.#nameOf(sql), text: sql, values: [...values] })
    return {
      isRepeat,
      before,
      rows: async (sql, values = []) => (await query(sql, values)).rows,
      run: async (sql, values = []) => (await query(sql, values)).rowCount ?? 0,
      script: async sql => {
        await client.query(sql)
      },
    }
  }

  /** A statement is planned once on each connection. */
  #nameOf(sql: string): string {
    let name = this.#statements.get(sql)
    if (name === undefined) {
      name = `s${this.#statements.size}`
      this.#statements.set(sql, name)
    }
    return name
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool.end()
  }
}

/**
 * Whether a transaction was refused since its daemon is not registered: the others took it for dead.
 */
export const isForgotten = (error: unknown): boolean =>
  (error as { constraint?: unknown }).constraint === 'execution_daemon_fkey'

/** The facts of earlier attempts at a transaction. */
type Attempt = Pick<Transaction, 'isRepeat' | 'before'>

/** The answer to a commit was lost. */
class CommitUnknown extends Error {
  readonly value: unknown

  /** @param value what the transaction came to, if it is committed */
  constructor(cause: unknown, value: unknown) {
    super((cause as Error).message, { cause })
    this.value = value
  }
}

/** No connection could be had: nothing was sent. */
class NotConnected extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message, { cause })
  }
}

/**
 * What an error says of its transaction. `refused`: it is undone, by its own fault; `again`: it is
 * undone, and may succeed; `away`: nothing was sent; `unknown`: it may be committed.
 */
type ErrorKind = 'refused' | 'again' | 'away' | 'unknown' | 'full'

/** SQLSTATE codes: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const AGAIN = new Set(['40001', '40P01', '55P03'])
/** The server is starting, stopping, or has no connection left. */
const STOPPING = new Set(['57P01', '57P02', '57P03', '53300'])

function kindOf(error: unknown): ErrorKind {
  if (error instanceof LatchdError) return 'refused'
  if (error instanceof CommitUnknown) return 'unknown'
  if (error instanceof NotConnected) return isOfServer(error.cause) ? 'refused' : 'away'
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && severity !== undefined) {
    if (AGAIN.has(code)) return 'again'
    if (code === '53100') return 'full'
    return STOPPING.has(code) || code.startsWith('08') ? 'unknown' : 'refused'
  }
  return isOfConnection(error) ? 'unknown' : 'refused'
}

/** Whether a server refused the connection for good: no such database, a wrong password. */
function isOfServer(cause: unknown): boolean {
  const { code, severity } = cause as { code?: unknown; severity?: unknown }
  if (typeof code !== 'string' || severity === undefined) return false
  return !STOPPING.has(code) && !code.startsWith('08')
}

/** Errors of sockets have a code of the system; pg's own of a lost connection have a message only. */
function isOfConnection(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return /connection (terminated|error)|not queryable/i.test(String(message))
}

function unavailable(cause: unknown): LatchdError {
  const message = `Cannot use the store: its database does not answer: ${(cause as Error).message}`
  return new LatchdError('STORE_UNAVAILABLE', message, { cause, retryAfterSeconds: 5 })
}
