/** The memory of one guest, and how it is put back after a program. */

import {
  clearPages,
  type MemoryPart,
  putParts,
  setParts,
  WASM_PAGE_BYTES,
  zeroWasmPage,
} from '../memory-parts.ts'
import type { BaseSnapshot } from './base-snapshot-shape.ts'
import { moveHeapEnd } from './heap-end.ts'

/** A memory that has grown by more is not kept: programs that need so much are few. */
const MOST_GROWN_BYTES = 32 * 1024 * 1024
/** Programs in a row that did not need the rest, after which a grown memory is not kept. */
const GIVEN_UP_AFTER = 8

/** A guest's memory. It can grow, and never shrinks. */
export class GuestMemory {
  #memory: WebAssembly.Memory
  #base: BaseSnapshot
  /** The length with which the guest's program has begun. */
  #beganBytes: number
  /** Programs in a row that did not need what the memory has grown by. */
  #unneeded = 0

  /** @param memory of a new instance, as long as the base snapshot's */
  constructor(memory: WebAssembly.Memory, base: BaseSnapshot) {
    this.#memory = memory
    this.#base = base
    this.#beganBytes = base.memoryBytes
    clearPages(this.bytes, base.instancePages)
    setParts(this.bytes, base.parts)
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer)
  }

  get length(): number {
    return this.#memory.buffer.byteLength
  }

  /** Whether it is longer than the base snapshot's. */
  get hasGrown(): boolean {
    return this.length > this.#base.memoryBytes
  }

  /** Bytes up to the last page that the program has written to. */
  get touchedBytes(): number {
    const { length } = this
    return length > this.#beganBytes ? length : this.#writtenBytes()
  }

  /** Grows it to a length, if it is shorter. */
  growTo(length: number): void {
    const missing = length - this.length
    if (missing > 0) this.#memory.grow(missing / WASM_PAGE_BYTES)
  }

  /**
   * Puts it back to parts of as many bytes as the base snapshot has; what it has grown by belongs to
   * the heap.
   */
  put(parts: readonly MemoryPart[]): void {
    const { bytes } = this
    putParts(bytes, parts)
    if (this.hasGrown && this.#base.heapEnd !== undefined) {
      moveHeapEnd(bytes, this.#base.heapEnd, this.#base.memoryBytes)
    }
    this.#beganBytes = bytes.length
  }

  /** Whether it may be put back now; to be asked once after each program. */
  mayBeKept(): boolean {
    if (!this.hasGrown) return true
    const isNeeded = this.touchedBytes > this.#base.memoryBytes
    this.#unneeded = isNeeded ? 0 : this.#unneeded + 1
    return (
      this.#base.heapEnd !== undefined &&
      this.length - this.#base.memoryBytes <= MOST_GROWN_BYTES &&
      this.#unneeded < GIVEN_UP_AFTER
    )
  }

  #writtenBytes(): number {
    const { memoryBytes, heapEnd } = this.#base
    const whole = Buffer.from(this.#memory.buffer)
    // The heap's footer stands behind what a program can write to.
    let end = whole.length - (heapEnd?.footer.before ?? 0)
    while (end > memoryBytes) {
      const from = Math.floor((end - 1) / WASM_PAGE_BYTES) * WASM_PAGE_BYTES
      if (whole.compare(zeroWasmPage, 0, end - from, from, end) !== 0) return from + WASM_PAGE_BYTES
      end = from
    }
    return memoryBytes
  }
}
