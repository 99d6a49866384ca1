/**
 * The memory of a guest that has its tools and no program yet.
 *
 * To make the functions of a dozen tools takes a guest longer than most programs run. Programs that
 * follow each other on a thread mostly have the same tools. So the memory is kept as it is between
 * the two steps, and a used guest is rewound to that: its next program finds its tools made.
 *
 * Nothing but the prelude has run in it, and nothing but the JSON of the tools went in. A program
 * gets it only when the JSON of its own tools is the same.
 */

import { copiedParts, type MemoryPart } from '../memory-parts.ts'

/** Programs in a row with the same tools, after which their memory is kept. */
const KEPT_AFTER = 3
/** Programs in a row with other tools, after which it is kept no longer. */
const GIVEN_UP_AFTER = 8

/** A kept memory. */
interface Equipped {
  /** JSON of the tools. */
  readonly tools: string
  /** The parts of the memory that are not zero, in order. */
  readonly parts: readonly MemoryPart[]
}

/** Keeps the memory with the tools that the programs of a thread have lately. */
export class Equipment {
  #memoryBytes: number
  #current: Equipped | undefined
  /** The tools of the last program, and of how many in a row. */
  #last = ''
  #inRow = 0
  /** Programs in a row with other tools than the kept ones. */
  #misses = 0

  /** @param memoryBytes of the base snapshot: a memory that has grown cannot be rewound to */
  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
  }

  /** The memory that guests are rewound to; absent: that of the base snapshot. */
  get current(): Equipped | undefined {
    return this.#current
  }

  /** Notes the tools of a program, whose guest has got them and nothing else. */
  note(tools: string, memory: Uint8Array): void {
    this.#inRow = tools === this.#last ? this.#inRow + 1 : 1
    this.#last = tools
    if (tools === this.#current?.tools) this.#misses = 0
    else this.#miss(tools, memory)
  }

  #miss(tools: string, memory: Uint8Array): void {
    if (++this.#misses >= GIVEN_UP_AFTER) this.#current = undefined
    if (this.#inRow < KEPT_AFTER || memory.byteLength !== this.#memoryBytes) return
    this.#current = { tools, parts: copiedParts(memory) }
    this.#misses = 0
  }

  /** Keeps nothing: guests are rewound to the base snapshot. */
  forget(): void {
    this.#current = undefined
    this.#inRow = 0
  }
}
