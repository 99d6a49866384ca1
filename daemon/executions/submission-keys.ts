/** Idempotency keys: one execution per key, for repeated and for concurrent requests. */

import { setTimeout as delay } from 'node:timers/promises'
import { LatchdError } from '../../protocol/errors.ts'
import type { StoreReader, SubmitOutcome } from '../store/store.ts'

/** Looks for the execution of a request that another daemon takes: after so long, then twice as long. */
const FIRST_LOOK_MS = 10
const LAST_LOOK_MS = 160

/** A caller's key, with a hash of the body that it came with. */
export interface SubmissionKey {
  readonly text: string
  readonly bodyHash: string
}

/** Finds the execution of an idempotency key, so that requests with one key submit once. */
export class SubmissionKeys {
  #store: Pick<StoreReader, 'keyed'>
  #isShared: boolean
  /** Submissions under way, by owner and key: the store does not know them yet. */
  #underWay = new Map<string, { readonly bodyHash: string; readonly id: Promise<string> }>()

  /** @param isShared whether other daemons take submissions for the same store */
  constructor(store: Pick<StoreReader, 'keyed'>, isShared: boolean) {
    this.#store = store
    this.#isShared = isShared
  }

  /**
   * The execution of a key: the one that has it, the one that is being submitted with it, or a new
   * one.
   *
   * @param submit called for the first request of a key alone; its error goes to all of them
   * @throws {LatchdError} `IDEMPOTENCY_KEY_REUSED`, `GONE`
   */
  async executionOf(
    owner: string,
    key: SubmissionKey,
    submit: () => Promise<string>,
  ): Promise<string> {
    const name = JSON.stringify([owner, key.text])
    const first = this.#underWay.get(name)
    if (first !== undefined) {
      if (first.bodyHash !== key.bodyHash) throw keyReused()
      return await first.id
    }
    const id = this.#known(owner, key).then(known => known ?? this.#submit(owner, key, submit))
    this.#underWay.set(name, { bodyHash: key.bodyHash, id })
    try {
      return await id
    } finally {
      this.#underWay.delete(name)
    }
  }

  /** As `submit`, unless another daemon takes the same request at this moment. */
  async #submit(owner: string, key: SubmissionKey, submit: () => Promise<string>): Promise<string> {
    try {
      return await submit()
    } catch (error) {
      const isBusy = error instanceof LatchdError && error.code === 'SESSION_BUSY'
      if (!isBusy || !this.#isShared) throw error
      // The session may be held for it already, and its execution not be stored yet.
      for (let pauseMs = FIRST_LOOK_MS; pauseMs <= LAST_LOOK_MS; pauseMs *= 2) {
        await delay(pauseMs)
        const known = await this.#known(owner, key)
        if (known !== undefined) return known
      }
      throw error
    }
  }

  async #known(owner: string, key: SubmissionKey): Promise<string | undefined> {
    const known = await this.#store.keyed(owner, key.text)
    if (known === undefined) return undefined
    if (known.bodyHash !== key.bodyHash) throw keyReused()
    if (known.isRemoved) throw removedExecution(known.executionId)
    return known.executionId
  }
}

/** The refusal of a key that came with another body before. */
export function keyReused(): LatchdError {
  const message = 'The idempotency key was used before with another body'
  return new LatchdError('IDEMPOTENCY_KEY_REUSED', message)
}

/** The refusal of a key whose execution was deleted. */
export function removedExecution(executionId: string): LatchdError {
  const message = `The idempotency key is that of execution ${executionId}, which was deleted`
  return new LatchdError('GONE', message)
}

/** The execution that a submission came to. @throws {LatchdError} `IDEMPOTENCY_KEY_REUSED`, `GONE` */
export function submittedId(executionId: string, outcome: SubmitOutcome): string {
  if (outcome.kind === 'key-reused') throw keyReused()
  if (outcome.kind === 'removed') throw removedExecution(outcome.executionId)
  return outcome.kind === 'known' ? outcome.executionId : executionId
}
