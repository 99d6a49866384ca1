/**
 * A slot of a lane: a place in the shared memory for one short frame in one direction, without the
 * port's locks, copies and system calls. `protocol/latch.ts` has the layout and the order of writes.
 */

import { SLOT_BYTES } from '../../protocol/latch.ts'
import { MAX_UNIT_BYTES } from './ascii-text.ts'

/** One end's use of a slot: one end puts frames in, the other takes them. */
export class LaneSlot {
  #words: Int32Array
  #held: number
  #bytes: Buffer

  /**
   * @param latch the shared memory of the lane
   * @param held index of the slot's word `held`
   * @param at where its bytes begin
   */
  constructor(latch: SharedArrayBuffer, held: number, at: number) {
    this.#words = new Int32Array(latch)
    this.#held = held
    this.#bytes = Buffer.from(latch, at, SLOT_BYTES)
  }

  /**
   * Puts a frame in. `false`: it is too long, is not well-formed, or the slot is filled.
   *
   * @param after frames that this end has posted on the port before it
   */
  put(frame: string, after: number): boolean {
    // A character is at least one byte. What UTF-8 cannot write would arrive as something else.
    if (frame.length > SLOT_BYTES || frame === '' || !frame.isWellFormed()) return false
    // Stored by the other end when it has taken the frame before.
    if (Atomics.load(this.#words, this.#held) !== 0) return false
    const isSurelyWithin = frame.length * MAX_UNIT_BYTES <= SLOT_BYTES
    if (!isSurelyWithin && Buffer.byteLength(frame) > SLOT_BYTES) return false
    const bytes = this.#bytes.write(frame)
    Atomics.store(this.#words, this.#held + 1, after)
    // Publishes the bytes and `after`.
    Atomics.store(this.#words, this.#held, bytes)
    return true
  }

  /** Takes back what {@link put} has put in. `false`: the other end has it. */
  takeBack(): boolean {
    // One of both ends finds the frame there.
    return Atomics.exchange(this.#words, this.#held, 0) !== 0
  }

  /**
   * Takes the frame, if its turn has come. What no honest end writes is dropped.
   *
   * @param received frames that this end has taken off the port
   */
  take(received: number): string | undefined {
    const bytes = Atomics.load(this.#words, this.#held)
    if (bytes === 0) return undefined
    // Written by the other end before `held`. Both counts go on beyond 2^31 as negative numbers.
    const missing = (Atomics.load(this.#words, this.#held + 1) - received) | 0
    if (missing > 0) return undefined
    const isPossible = bytes > 0 && bytes <= SLOT_BYTES
    // A copy: what the other end writes from here on does not change it.
    const frame = isPossible ? this.#bytes.toString('utf8', 0, bytes) : undefined
    // Not so when the other end has taken it back meanwhile: then it comes on the port.
    return Atomics.compareExchange(this.#words, this.#held, bytes, 0) === bytes ? frame : undefined
  }

  /** Empties the slot. */
  empty(): void {
    // No thread waits on it.
    Atomics.store(this.#words, this.#held, 0)
  }

  /** Writes zeros over the frames that were here, unless one is. */
  wipe(): void {
    // Stored by the end that has taken the frame, when it has read it.
    if (Atomics.load(this.#words, this.#held) === 0) this.#bytes.fill(0)
  }
}
