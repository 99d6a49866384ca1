/**
 * Proofs of the sender of a line on the socket between the daemon and its workers' process.
 *
 * The threads of the process share its descriptors, so a program that has escaped in one of them
 * may find a way to write on the socket. The daemon gives the process a key with its first message,
 * before there are threads. Only the process's main thread keeps it. Each line to the daemon
 * carries a proof that the key makes for its run. So a thread cannot speak of another thread's run
 * or of the process, even when it reads what the daemon sends to it.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 32
/** Bytes of a proof: 128 bits, written as hexadecimal digits. */
const PROOF_BYTES = 16

/** The run of lines that are about the process itself; runs have numbers from 1. */
export const OF_PROCESS = 0

/** A new key, as base64. */
export const newKey = (): string => randomBytes(KEY_BYTES).toString('base64')

/** Makes and compares proofs. */
export class Proofs {
  #key: Buffer
  /** Proofs of the runs that have lines now. */
  #made = new Map<number, string>()

  /** @param key of {@link newKey} */
  constructor(key: string) {
    this.#key = Buffer.from(key, 'base64')
  }

  /** The proof of a run, or of {@link OF_PROCESS}. */
  of(run: number): string {
    let proof = this.#made.get(run)
    if (proof === undefined) {
      const digest = createHmac('sha256', this.#key).update(String(run)).digest()
      proof = digest.subarray(0, PROOF_BYTES).toString('hex')
      this.#made.set(run, proof)
    }
    return proof
  }

  /** Whether a string is the proof of a run; takes the same time for all strings of one length. */
  isOf(run: number, text: string): boolean {
    const given = Buffer.from(text)
    const proof = Buffer.from(this.of(run))
    return given.length === proof.length && timingSafeEqual(given, proof)
  }

  /** The run has ended. */
  forget(run: number): void {
    this.#made.delete(run)
  }
}
