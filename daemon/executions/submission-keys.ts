/** Idempotency keys: one execution per key, for repeated and for concurrent requests. */

import { setTimeout as delay } from 'node:timers/promises'
import { LatchdError } from '../../protocol/errors.ts'
import { RETRY_AFTER_SECONDS } from '../base/retry-after.ts'
import type { StoreReader, SubmitOutcome } from '../store/store.ts'

/** The first pause between looks for an execution that another daemon is about to take; it doubles. */
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
   * Finds the execution of a key: one that has it, one that is being submitted with it, or a new one.
   *
   * A new key costs no look-up: the store makes it when it takes the submission. A repeated request
   * needs no room: a refusal counts only when the store does not have the key.
   *
   * @param submit called once for all concurrent requests of a key; gives the id of a known key too
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
    const id = submit().catch(error => this.#knownDespite(error, owner, key))
    this.#underWay.set(name, { bodyHash: key.bodyHash, id })
    try {
      return await id
    } finally {
      this.#underWay.delete(name)
    }
  }

  /** @throws the refusal of a submission, when nothing was submitted with its key before */
  async #knownDespite(refusal: unknown, owner: string, key: SubmissionKey): Promise<string> {
    let known = await this.#known(owner, key)
    if (this.#isShared && refusal instanceof LatchdError && refusal.code === 'SESSION_BUSY') {
      // Another daemon may take the same request: it holds the session already, and has not stored
      // the execution yet.
      for (let ms = FIRST_LOOK_MS; known === undefined && ms <= LAST_LOOK_MS; ms *= 2) {
        await delay(ms)
        known = await this.#known(owner, key)
      }
    }
    if (known === undefined) throw refusal
    return known
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

/**
 * The execution that a submission came to.
 *
 * @throws {LatchdError} `IDEMPOTENCY_KEY_REUSED`, `GONE`, `TOKEN_LIMIT_EXCEEDED`
 */
export function submittedId(executionId: string, outcome: SubmitOutcome): string {
  if (outcome.kind === 'key-reused') throw keyReused()
  if (outcome.kind === 'removed') throw removedExecution(outcome.executionId)
  if (outcome.kind === 'beyond-limit') throw beyondExecutions(outcome.underWay)
  return outcome.kind === 'known' ? outcome.executionId : executionId
}

/** @param underWay how many of the token are under way, at all daemons */
function beyondExecutions(underWay: number): LatchdError {
  const message = `Cannot take an execution: ${underWay} of the token are under way at all daemons, limit maxExecutions`
  return new LatchdError('TOKEN_LIMIT_EXCEEDED', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
