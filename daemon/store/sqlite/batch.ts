/**
 * A batch: the writes in one transaction, each undone alone when it cannot be done, then the reads.
 *
 * Nothing is answered before the commit. What a batch comes to is data, since an error that crosses
 * threads loses its code.
 */

import { type ErrorCode, LatchdError } from '../../../protocol/errors.ts'
import type { Failpoint } from '../failpoints.ts'
import type { Connection } from './connection.ts'
import { type Counters, isRead, type OperationName, type OperationTable } from './operations.ts'
import { isFull, isOfOneOperation } from './sqlite-errors.ts'

export interface Operation {
  readonly name: OperationName
  readonly parameters: readonly unknown[]
}

export type OperationOutcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }

export type BatchOutcome =
  /** One outcome for each operation; what was written is on disk. */
  | { readonly kind: 'carried-out'; readonly outcomes: readonly OperationOutcome[] }
  /** Nobody knows what is on disk: the store must not be used any more. */
  | { readonly kind: 'lost'; readonly message: string }

export class Batches {
  #connection: Connection
  #table: OperationTable
  #counters: Counters
  #failpoint: Failpoint | undefined

  constructor(
    connection: Connection,
    table: OperationTable,
    counters: Counters,
    failpoint: Failpoint | undefined,
  ) {
    this.#connection = connection
    this.#table = table
    this.#counters = counters
    this.#failpoint = failpoint
  }

  run(batch: readonly Operation[]): BatchOutcome {
    const outcomes = new Array<OperationOutcome>(batch.length)
    try {
      if (batch.some(({ name }) => !isRead(name))) this.#write(batch, outcomes)
      this.#read(batch, outcomes)
      this.#failpoint?.('store:before-answer')
      return { kind: 'carried-out', outcomes }
    } catch (error) {
      return { kind: 'lost', message: (error as Error).message }
    }
  }

  #write(batch: readonly Operation[], outcomes: OperationOutcome[]): void {
    const { database } = this.#connection
    try {
      this.#failpoint?.('store:before-begin')
      this.#connection.run('BEGIN IMMEDIATE')
      for (const [i, operation] of batch.entries()) {
        if (isRead(operation.name)) continue
        outcomes[i] = this.#writeOne(operation)
        this.#failpoint?.('store:after-operation')
      }
      this.#failpoint?.('store:before-commit')
      this.#connection.run('COMMIT')
    } catch (error) {
      // Some errors have undone the transaction already.
      if (database.isTransaction) database.exec('ROLLBACK')
      if (!isFull(error)) throw error
      for (const [i, { name }] of batch.entries()) {
        if (!isRead(name)) outcomes[i] = refusedAsFull
      }
      return
    }
    this.#counters.commits++
    this.#failpoint?.('store:after-commit')
  }

  #writeOne(operation: Operation): OperationOutcome {
    this.#connection.run('SAVEPOINT operation')
    try {
      const value = this.#carryOut(operation)
      this.#connection.run('RELEASE operation')
      return { kind: 'done', value }
    } catch (error) {
      if (!isOfOneOperation(error)) throw error
      this.#connection.run('ROLLBACK TO operation')
      this.#connection.run('RELEASE operation')
      return refused(operation, error)
    }
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
  return error instanceof LatchdError
    ? { kind: 'refused', code: error.code, message }
    : { kind: 'refused', code: 'INTERNAL', message: `Cannot ${name} in the store: ${message}` }
}
