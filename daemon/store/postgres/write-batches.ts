/**
 * Gathers the writes of executions into transactions: those of one turn of the event loop leave
 * together, and the next ones gather while as many transactions are under way as there may be.
 *
 * A transaction that fails by the fault of one of its writes is carried out again one by one.
 */

import { LatchdError } from '../../../protocol/errors.ts'
import { Batches } from '../batches.ts'
import type { OnCommit } from '../store.ts'
import { type Database, isForgotten } from './database.ts'
import type { Write } from './write.ts'
import { type WriteOutcome, type Writer, writeAll } from './writes.ts'

/** Writes in a transaction at most. */
const MAX_BATCH = 256
/** Transactions of writes that are under way at once. */
const MAX_UNDER_WAY = 2

interface Waiting {
  readonly write: Write
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** The writes of a daemon's executions, in batches. Those of one execution must come one by one. */
export class WriteBatches {
  #database: Database
  #daemon: Writer
  #forgotten: () => Promise<void>
  #batches = new Batches<Waiting>({ maxItems: MAX_BATCH, maxUnderWay: MAX_UNDER_WAY }, batch =>
    this.#send(batch),
  )
  /** Called for each transaction. */
  onCommit: OnCommit = () => {}

  /**
   * @param daemon the one that owns the executions now
   * @param forgotten registers this daemon anew, when the others took it for dead
   */
  constructor(database: Database, daemon: Writer, forgotten: () => Promise<void>) {
    this.#database = database
    this.#daemon = daemon
    this.#forgotten = forgotten
  }

  /** Resolves when a write is committed, with what it came to. */
  write(write: Write): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#batches.add({ write, resolve, reject })
    return promise
  }

  /** Never rejects: each write gets its own outcome. */
  async #send(batch: readonly Waiting[]): Promise<void> {
    const startedAtMs = performance.now()
    try {
      const { number } = this.#daemon
      const outcomes = await this.#database.transaction(tx =>
        writeAll(
          tx,
          { number },
          batch.map(({ write }) => write),
        ),
      )
      this.onCommit(batch.length, performance.now() - startedAtMs)
      for (const [i, waiting] of batch.entries()) settle(waiting, outcomes[i] as WriteOutcome)
    } catch (error) {
      if (isForgotten(error)) {
        await this.#forgotten()
        return await this.#send(batch)
      }
      const [first, ...others] = batch
      if (others.length === 0 || isOfAll(error)) {
        for (const { reject, write } of batch) reject(refusal(error, write))
        return
      }
      await this.#send([first as Waiting])
      for (const waiting of others) await this.#send([waiting])
    }
  }
}

const ofAll: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'STORE_FULL', 'DRAINING'])

/** Whether an error has the same cause for all writes, and is not the fault of one. */
const isOfAll = (error: unknown) => error instanceof LatchdError && ofAll.has(error.code)

function refusal(error: unknown, { kind }: Write): LatchdError {
  if (error instanceof LatchdError) return error
  const message = `Cannot ${kind} in the store: ${(error as Error).message}`
  return new LatchdError('INTERNAL', message, { cause: error })
}

function settle({ resolve, reject }: Waiting, outcome: WriteOutcome): void {
  if (outcome.kind === 'done') resolve(outcome.value)
  else reject(outcome.error)
}
