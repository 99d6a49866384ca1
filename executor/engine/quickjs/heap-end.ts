/**
 * Where the engine's allocator keeps the end of its heap.
 *
 * WebAssembly's memory cannot shrink. A guest whose memory has grown is rewound to a base snapshot of
 * fewer bytes, so its allocator has to be given the rest, as if it had asked for it: the last
 * free piece and the lengths of the heap become longer, as in `sys_alloc` of dlmalloc, which
 * the engine is built with.
 *
 * The words are found by what changes when the memory grows, twice. An engine in which they come out
 * otherwise has no such end, and its guests are dropped when they have grown.
 */

import { PAGE_BYTES } from '../memory-parts.ts'

/** Addresses in the memory of the base snapshot. All words have 32 bits. */
export interface HeapEnd {
  /** Words that hold a length up to the end of the heap. */
  readonly lengths: readonly number[]
  /** The word that holds the address of the last free piece; the piece's second word is its length. */
  readonly lastPiece: number
  /** The word that ends a heap, and how far it is before the end of the memory. */
  readonly footer: { readonly word: number; readonly before: number }
}

/** What the engine exports for its allocator. */
export interface AllocatorExports {
  readonly memory: WebAssembly.Memory
  wasm_malloc(bytes: number): number
  wasm_free(at: number): void
}

const WORD_BYTES = 4
/** More than any free piece has but the last. */
const LARGE_BYTES = 256 * 1024
/** More than the last piece has. */
const HUGE_BYTES = 4 * 1024 * 1024
/** The footer is this near to the end. */
const FOOTER_BYTES = 256

/**
 * Finds the end of a heap, which grows by it: the memory is of no use afterwards.
 *
 * @param before a copy of the memory as it is
 * @returns `undefined` when the allocator is another one than was expected
 */
export function findHeapEnd(exports: AllocatorExports, before: Uint8Array): HeapEnd | undefined {
  const words = () => new Uint32Array(exports.memory.buffer)
  const byteLength = () => exports.memory.buffer.byteLength
  exports.wasm_free(exports.wasm_malloc(HUGE_BYTES))
  const found = lengthened(before, new Uint8Array(exports.memory.buffer))
  const footer = footerOf(words())
  const [lastPiece, ...others] = holdersOf(before, found)
  if (footer === undefined || lastPiece === undefined || others.length > 0) return undefined

  // What is taken now moves the last piece. The heap has to grow once more as it did.
  const lengths = found.filter(at => at !== lastPiece.lengthAt)
  const { at } = lastPiece
  exports.wasm_malloc(LARGE_BYTES)
  const moved = words()
  const lengthAt = (moved[at / WORD_BYTES] as number) + WORD_BYTES
  const bytes = byteLength()
  const held = [...lengths, lengthAt].map(word => moved[word / WORD_BYTES] as number)
  exports.wasm_free(exports.wasm_malloc(2 * HUGE_BYTES))
  const grown = words()
  const added = byteLength() - bytes
  const isLengthened = [...lengths, lengthAt].every(
    (word, i) => grown[word / WORD_BYTES] === (held[i] as number) + added,
  )
  const again = footerOf(grown)
  const isExpected =
    isLengthened &&
    added > 0 &&
    lengths.length > 0 &&
    lengthAt !== lastPiece.lengthAt &&
    footer.word === again?.word &&
    footer.before === again.before
  return isExpected ? { lengths, lastPiece: at, footer } : undefined
}

/**
 * Gives the allocator what a memory has beyond the base snapshot. The rest of the memory is that of
 * the base snapshot, or of a guest that began with it and has not grown.
 *
 * @param baseBytes of the base snapshot
 */
export function moveHeapEnd(memory: Uint8Array, end: HeapEnd, baseBytes: number): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
  const added = memory.byteLength - baseBytes
  const lengthen = (at: number) => view.setUint32(at, view.getUint32(at, true) + added, true)
  for (const at of end.lengths) lengthen(at)
  lengthen(view.getUint32(end.lastPiece, true) + WORD_BYTES)
  view.setUint32(memory.byteLength - end.footer.before, end.footer.word, true)
}

/** Addresses of the words that hold more by as many bytes as the memory has more. */
function lengthened(before: Uint8Array, after: Uint8Array): number[] {
  const [old, now] = [wordsOf(before), wordsOf(after)]
  const found: number[] = []
  for (let page = 0; page < before.length; page += PAGE_BYTES) {
    const end = page + PAGE_BYTES
    if (Buffer.compare(before.subarray(page, end), after.subarray(page, end)) === 0) continue
    for (let at = page; at < end; at += WORD_BYTES) {
      const i = at / WORD_BYTES
      if ((now[i] as number) - (old[i] as number) === after.length - before.length) found.push(at)
    }
  }
  return found
}

/** Words that hold the address of a piece whose length is one of those words. */
function holdersOf(memory: Uint8Array, lengths: readonly number[]) {
  const found: { at: number; lengthAt: number }[] = []
  const words = wordsOf(memory)
  for (const lengthAt of lengths) {
    const piece = lengthAt - WORD_BYTES
    for (let i = words.indexOf(piece); i >= 0; i = words.indexOf(piece, i + 1)) {
      found.push({ at: i * WORD_BYTES, lengthAt })
    }
  }
  return found
}

const wordsOf = (memory: Uint8Array) =>
  new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength / WORD_BYTES)

/** The only word near the end that is not zero; `undefined` when there are several. */
function footerOf(memory: Uint32Array): HeapEnd['footer'] | undefined {
  const words = [...memory.subarray(-FOOTER_BYTES / WORD_BYTES)]
  const [i, ...others] = words.flatMap((word, at) => (word === 0 ? [] : [at]))
  if (i === undefined || others.length > 0) return undefined
  return { word: words[i] as number, before: FOOTER_BYTES - i * WORD_BYTES }
}
