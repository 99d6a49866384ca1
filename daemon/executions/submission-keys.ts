/** Idempotency keys: one execution per key, for repeated and for concurrent requests. */

import { LatchdError } from '../../protocol/errors.ts'
import type { StoreReader, SubmitOutcome } from '../store/store.ts'
import { beyondExecutions } from './beyond-executions.ts'

/** A caller's key, with a hash of the body that it came with. */
export interface SubmissionKey {
  readonly text: string
  readonly bodyHash: string
}

/** Finds the execution of an idempotency key, so that requests with one key submit once. */
export class SubmissionKeys {
  #store: Pick<StoreReader, 'keyed'>
  /** Submissions under way, by owner and key: the store does not know them yet. */
  #underWay = new Map<string, { readonly bodyHash: string; readonly id: Promise<string> }>()

  constructor(store: Pick<StoreReader, 'keyed'>) {
    this.#store = store
  }

  /**
   * The execution of a key: the one that has it, the one that is being submitted with it, or a new
   * one.
   *
   * A new key costs no look for it, since the store looks when it takes the submission. A known one
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
    const known = await this.#store.keyed(owner, key.text)
    if (known === undefined) throw refusal
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
