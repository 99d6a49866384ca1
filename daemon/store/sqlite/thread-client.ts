/**
 * The daemon's end of the store's thread: gathers operations into batches.
 *
 * At most one message is under way. The operations of one turn of the event loop leave together,
 * and the next batch gathers during a commit: the slower the disk, the larger the batch.
 *
 * The thread is lost when it exits or reports a loss. Then every pending operation fails, later
 * ones fail too, and nothing is tried again.
 */

import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { LatchdError } from '../../../protocol/errors.ts'
import { Batches } from '../batches.ts'
import { type Failpoint, type FailpointPlan, failpointsOf } from '../failpoints.ts'
import type { OnCommit } from '../store.ts'
import type { Operation, OperationOutcome } from './batch.ts'
import { FilePlace } from './file-place.ts'
import { DATABASE_FILE } from './files.ts'
import type { OperationName, OperationTable } from './operations.ts'
import {
  type ThreadAnswers,
  type ThreadMessage,
  type ThreadStart,
  UNREADABLE,
} from './thread-facts.ts'

/** The interval of checks that the store's file is in its place. */
const PLACE_MS = 2000
/** Operations in a batch at most. */
const MAX_BATCH = 1000

interface Waiting {
  readonly operation: Operation
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Starts the store's thread, sends it batches, and reports its loss once. */
export class ThreadClient {
  readonly failpoint: Failpoint | undefined
  /** Whether the last batch that was to write something found the disk full. */
  isFull = false
  /** Called for each batch that has written something. */
  onCommit: OnCommit = () => {}
  #stateDir: string
  #place: FilePlace | undefined
  #placeTimer: NodeJS.Timeout | undefined
  #worker: Worker
  /** Of the messages that the thread has not answered, in their order. */
  #answers: PromiseWithResolvers<unknown>[] = []
  #onLost: (error: Error) => void
  #state: 'opening' | 'open' | 'closing' | 'closed' | 'lost' = 'opening'
  #batches = new Batches<Waiting>({ maxItems: MAX_BATCH, maxUnderWay: 1 }, batch =>
    this.#send(batch).catch(error => this.#lose(error as Error)),
  )
  /** Rejects when the thread is lost. */
  #loss = Promise.withResolvers<never>()

  constructor(
    stateDir: string,
    failpoints: FailpointPlan | undefined,
    onLost: (error: Error) => void,
  ) {
    this.#stateDir = stateDir
    this.failpoint = failpointsOf(failpoints)
    this.#onLost = onLost
    // Every caller that waits for the thread gets its loss; at times none waits.
    this.#loss.promise.catch(() => {})
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const cacheOfThisVersion = getCompileCacheDir()
    const compileCache = cacheOfThisVersion && dirname(cacheOfThisVersion)
    const start: ThreadStart = { stateDir, failpoints, compileCache }
    this.#worker = new Worker(new URL(`./thread-entry${extension}`, import.meta.url), {
      workerData: start,
      env: {},
      execArgv: [],
    })
    this.#worker.on('error', error => this.#lose(error))
    this.#worker.on('messageerror', error => this.#lose(error))
    this.#worker.on('message', answer => {
      const asked = this.#answers.shift()
      if (answer === UNREADABLE) asked?.reject(new RangeError('the thread cannot read it'))
      else asked?.resolve(answer)
    })
    this.#worker.on('exit', code => this.#lose(new Error(`its thread ended with code ${code}`)))
  }

  #post<Kind extends Exclude<keyof ThreadAnswers, 'run'>>(kind: Kind): Promise<ThreadAnswers[Kind]>
  #post(batch: readonly Operation[]): Promise<ThreadAnswers['run']>
  /** Sends a message; rejects when either thread cannot read it. */
  async #post(message: ThreadMessage): Promise<unknown> {
    this.#worker.postMessage(message)
    const answer = Promise.withResolvers<unknown>()
    this.#answers.push(answer)
    return await answer.promise
  }

  /** Opens the store. @throws {LatchdError} why it cannot be */
  async open(): Promise<void> {
    this.failpoint?.('store:before-open')
    const outcome = await Promise.race([this.#post('open'), this.#loss.promise])
    if (outcome.kind === 'refused') {
      await this.#end()
      throw new LatchdError(outcome.code, outcome.message)
    }
    this.#state = 'open'
    this.#place = new FilePlace(join(this.#stateDir, DATABASE_FILE))
    this.#placeTimer = setInterval(() => this.checkPlace(), PLACE_MS).unref()
    this.failpoint?.('store:opened')
  }

  /** Checks that the store's file is in its place, also while nothing is written. */
  checkPlace(): void {
    if (this.#state !== 'open') return
    try {
      this.#place?.check()
    } catch (error) {
      this.#lose(error as Error)
    }
  }

  /** Sends an operation to the thread; resolves when its writes are on disk. */
  ask<Name extends OperationName>(
    name: Name,
    ...parameters: Parameters<OperationTable[Name]>
  ): Promise<ReturnType<OperationTable[Name]>> {
    if (this.#state === 'lost') return this.#loss.promise
    if (this.#state !== 'open') {
      return Promise.reject(new LatchdError('DRAINING', `Cannot ${name}: the store is closed`))
    }
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<OperationTable[Name]>>()
    this.#batches.add({
      operation: { name, parameters },
      resolve: resolve as (value: unknown) => void,
      reject,
    })
    return promise
  }

  /** Lets the thread give back unused memory. */
  async collect(): Promise<void> {
    if (this.#state !== 'open') return
    // Callers with an operation under way get the loss.
    await Promise.race([this.#post('collect'), this.#loss.promise]).catch(() => {})
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.failpoint?.('store:before-batch')
    try {
      const sentAtMs = performance.now()
      const outcome = await this.#post(batch.map(({ operation }) => operation))
      this.failpoint?.('store:batch-answered')
      if (outcome.kind === 'lost') return this.#lose(new Error(outcome.message))
      if (outcome.hasWritten) {
        this.isFull = false
        this.onCommit(batch.length, performance.now() - sentAtMs)
      } else this.isFull ||= outcome.outcomes.some(isRefusedAsFull)
      for (const [i, waiting] of batch.entries()) settle(waiting, outcome.outcomes[i])
    } catch (error) {
      // The batch did not arrive: a parameter of one operation cannot be cloned.
      const { name, message } = error as Error
      if (name !== 'DataCloneError' && name !== 'RangeError') throw error
      const [first, ...others] = batch
      if (others.length > 0) for (const one of batch) await this.#send([one])
      else first?.reject(new LatchdError('INVALID_REQUEST', `Cannot keep a value: ${message}`))
    }
  }

  #lose(cause: Error): void {
    if (this.#state === 'lost' || this.#state === 'closed') return
    const wasOpen = this.#state !== 'opening'
    this.#state = 'lost'
    clearInterval(this.#placeTimer)
    const error = new LatchdError('INTERNAL', `The store was lost: ${cause.message}`, { cause })
    this.#loss.reject(error)
    for (const { reject } of this.#batches.takeAll()) reject(error)
    void this.#worker.terminate()
    if (wasOpen) this.#onLost(error)
  }

  /** Ends the thread after the pending operations. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    clearInterval(this.#placeTimer)
    const close = async () => {
      await this.#batches.settled()
      this.failpoint?.('store:before-close')
      await this.#post('close')
    }
    // Callers that waited, and `onLost`, have got the error.
    await Promise.race([close(), this.#loss.promise]).catch(() => {})
    await this.#end()
  }

  async #end(): Promise<void> {
    if (this.#state !== 'lost') this.#state = 'closed'
    await this.#worker.terminate()
  }
}

function settle({ resolve, reject }: Waiting, outcome: OperationOutcome | undefined): void {
  if (outcome === undefined) reject(new Error('The store gave no answer'))
  else if (outcome.kind === 'done') resolve(outcome.value)
  else reject(new LatchdError(outcome.code, outcome.message))
}

const isRefusedAsFull = (outcome: OperationOutcome) =>
  outcome.kind === 'refused' && outcome.code === 'STORE_FULL'
