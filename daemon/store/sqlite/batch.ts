/**
 * A batch: the writes in one transaction, each undone alone when it fails, then the reads.
 *
 * No operation gets its outcome before the commit. Outcomes are data, since an error that crosses
 * threads loses its code.
 */

import { type ErrorCode, LatchdError } from '../../../protocol/errors.ts'
import type { Failpoint } from '../failpoints.ts'
import type { Connection } from './connection.ts'
import { type Counters, isRead, type OperationName, type OperationTable } from './operations.ts'
import { isDamaged, isFull, isOfOneOperation } from './sqlite-errors.ts'

/** One operation for the store's thread. Its parameters must be structured-cloneable. */
export interface Operation {
  readonly name: OperationName
  readonly parameters: readonly unknown[]
}

/** The value of an operation, or why the store refused it. */
export type OperationOutcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }

/** What a batch came to, for all of its operations. */
export type BatchOutcome =
  /** One outcome for each operation; all writes are on disk. */
  | {
      readonly kind: 'carried-out'
      readonly outcomes: readonly OperationOutcome[]
      /** Whether there was a commit. */
      readonly hasWritten: boolean
    }
  /** The state on disk is unknown: the store must not be used any more. */
  | { readonly kind: 'lost'; readonly message: string }

type Numbered = readonly [number, Operation]

/** Runs batches on a connection. */
export class Batches {
  #connection: Connection
  #table: OperationTable
  #counters: Counters
  #failpoint: Failpoint | undefined
  #checkPlace: () => void

  /** @param checkPlace throws when the database's file has left its place */
  constructor(
    connection: Connection,
    table: OperationTable,
    counters: Counters,
    failpoint: Failpoint | undefined,
    checkPlace: () => void = () => {},
  ) {
    this.#checkPlace = checkPlace
    this.#connection = connection
    this.#table = table
    this.#counters = counters
    this.#failpoint = failpoint
  }

  run(batch: readonly Operation[]): BatchOutcome {
    const outcomes = new Array<OperationOutcome>(batch.length)
    try {
      const { commits } = this.#counters
      if (batch.some(({ name }) => !isRead(name))) this.#write(batch, outcomes)
      this.#read(batch, outcomes)
      this.#failpoint?.('store:before-answer')
      return { kind: 'carried-out', outcomes, hasWritten: this.#counters.commits > commits }
    } catch (error) {
      return { kind: 'lost', message: (error as Error).message }
    }
  }

  #write(batch: readonly Operation[], outcomes: OperationOutcome[]): void {
    const writes = [...batch.entries()].filter(([, { name }]) => !isRead(name))
    let isCommitting = false
    const changes = this.#changes()
    try {
      this.#failpoint?.('store:before-begin')
      if (!this.#allSucceed(writes, outcomes)) this.#eachAlone(writes, outcomes)
      this.#failpoint?.('store:before-commit')
      isCommitting = true
      this.#connection.run('COMMIT')
    } catch (error) {
      this.#rollBack()
      if (isDamaged(error) && !isCommitting) {
        this.#eachCommitted(writes, outcomes)
        return
      }
      if (!isFull(error)) throw error
      for (const [i] of writes) outcomes[i] = refusedAsFull
      return
    }
    // A claim that finds nothing writes nothing, and its commit touches no file.
    if (this.#changes() > changes) this.#counters.commits++
    this.#failpoint?.('store:after-commit')
    // A removed file still takes commits, which are lost.
    this.#checkPlace()
  }

  /** Rows that the connection has changed so far. */
  #changes(): number {
    return this.#connection.get<{ count: number }>('SELECT total_changes() AS count')?.count ?? 0
  }

  /**
   * Runs all writes without savepoints. They nearly always succeed, and a savepoint costs copies of
   * the pages that its operation changes.
   */
  #allSucceed(writes: readonly Numbered[], outcomes: OperationOutcome[]): boolean {
    this.#connection.run('BEGIN IMMEDIATE')
    try {
      for (const [i, operation] of writes) {
        outcomes[i] = { kind: 'done', value: this.#carryOut(operation) }
        this.#failpoint?.('store:after-operation')
      }
      return true
    } catch (error) {
      if (!isOfOneOperation(error) || isDamaged(error)) throw error
      this.#rollBack()
      return false
    }
  }

  /** Undoes the refused operations, and only those. */
  #eachAlone(writes: readonly Numbered[], outcomes: OperationOutcome[]): void {
    this.#connection.run('BEGIN IMMEDIATE')
    for (const [i, operation] of writes) {
      this.#connection.run('SAVEPOINT operation')
      try {
        outcomes[i] = { kind: 'done', value: this.#carryOut(operation) }
      } catch (error) {
        if (!isOfOneOperation(error) || isDamaged(error)) throw error
        this.#connection.run('ROLLBACK TO operation')
        outcomes[i] = refused(operation, error)
      }
      this.#connection.run('RELEASE operation')
      this.#failpoint?.('store:after-operation')
    }
  }

  /**
   * Runs each write in a transaction of its own: one that has met a damaged page cannot be
   * committed any more, even after a rollback to a savepoint (measured).
   */
  #eachCommitted(writes: readonly Numbered[], outcomes: OperationOutcome[]): void {
    for (const [i, operation] of writes) {
      this.#connection.run('BEGIN IMMEDIATE')
      try {
        outcomes[i] = { kind: 'done', value: this.#carryOut(operation) }
      } catch (error) {
        this.#rollBack()
        if (!isOfOneOperation(error)) throw error
        outcomes[i] = refused(operation, error)
        continue
      }
      this.#connection.run('COMMIT')
      this.#counters.commits++
    }
    this.#checkPlace()
  }

  /** Some errors have undone the transaction already. */
  #rollBack(): void {
    if (this.#connection.database.isTransaction) this.#connection.run('ROLLBACK')
  }

  #read(batch: readonly Operation[], outcomes: OperationOutcome[]): void {
    for (const [i, operation] of batch.entries()) {
      if (!isRead(operation.name)) continue
      this.#failpoint?.('store:before-read')
      try {
        outcomes[i] = { kind: 'done', value: this.#carryOut(operation) }
      } catch (error) {
        outcomes[i] = refused(operation, error)
      }
    }
  }

  #carryOut({ name, parameters }: Operation): unknown {
    // The client's methods have the types of the table.
    const operation = this.#table[name] as (...parameters: readonly unknown[]) => unknown
    return operation(...parameters)
  }
}

const refusedAsFull: OperationOutcome = {
  kind: 'refused',
  code: 'STORE_FULL',
  message: 'Cannot write to the store: its disk is full',
}

function refused({ name }: Operation, error: unknown): OperationOutcome {
  const message = (error as Error).message
  if (error instanceof LatchdError) return { kind: 'refused', code: error.code, message }
  const code = isDamaged(error) ? 'STORE_DAMAGED' : 'INTERNAL'
  return { kind: 'refused', code, message: `Cannot ${name} in the store: ${message}` }
}
