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
const PAGE_BYTES = 4096
/** More than any free piece has but the last. */
const LARGE_BYTES = 2 * 1024 * 1024
/** The footer is this near to the end. */
const FOOTER_RANGE = 256

/**
 * Finds the end of a heap, which grows by it: the memory is of no use afterwards.
 *
 * @returns `undefined` when the allocator is another one than was expected
 */
export function findHeapEnd(exports: AllocatorExports): HeapEnd | undefined {
  const before = copyOf(exports)
  takeAndGiveBack(exports, before.length)
  const grown = copyOf(exports)
  // What is taken now moves the last piece.
  exports.wasm_malloc(LARGE_BYTES)
  const moved = copyOf(exports)
  takeAndGiveBack(exports, moved.length)
  const grownAgain = copyOf(exports)

  const first = lengthened(before, grown)
  const second = lengthened(moved, grownAgain)
  const lengths = first.filter(at => second.includes(at))
  const [firstLength, ...others] = first.filter(at => !lengths.includes(at))
  const [secondLength, ...moreOthers] = second.filter(at => !lengths.includes(at))
  if (firstLength === undefined || secondLength === undefined) return undefined
  if (lengths.length === 0 || others.length + moreOthers.length > 0) return undefined

  const old = wordsOf(before)
  const now = wordsOf(moved)
  const holders: number[] = []
  for (const [i, word] of old.entries()) {
    const isHolder = word === firstLength - WORD_BYTES && now[i] === secondLength - WORD_BYTES
    if (isHolder) holders.push(i * WORD_BYTES)
  }
  const footer = footerOf(grown)
  const again = footerOf(grownAgain)
  const [lastPiece] = holders
  if (lastPiece === undefined || holders.length > 1) return undefined
  if (footer?.word !== again?.word || footer?.before !== again?.before) return undefined
  return footer && { lengths, lastPiece, footer }
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

/** Has the heap grow by something, and no piece of it in use. */
function takeAndGiveBack({ wasm_malloc, wasm_free }: AllocatorExports, bytes: number): void {
  wasm_free(wasm_malloc(bytes))
}

const copyOf = ({ memory }: AllocatorExports) => Buffer.from(memory.buffer.slice(0))
const wordsOf = (memory: Buffer) => new Uint32Array(memory.buffer, 0, memory.length / WORD_BYTES)

/** Addresses of the words that hold more by as many bytes as the memory has more. */
function lengthened(before: Buffer, after: Buffer): number[] {
  const [old, now] = [wordsOf(before), wordsOf(after)]
  const found: number[] = []
  for (let page = 0; page < before.length; page += PAGE_BYTES) {
    const end = page + PAGE_BYTES
    if (before.compare(after, page, end, page, end) === 0) continue
    for (let at = page; at < end; at += WORD_BYTES) {
      const i = at / WORD_BYTES
      if ((now[i] as number) - (old[i] as number) === after.length - before.length) found.push(at)
    }
  }
  return found
}

/** The only word near the end that is not zero; `undefined` when there are several. */
function footerOf(memory: Buffer): HeapEnd['footer'] | undefined {
  const words = [...wordsOf(memory).subarray(-FOOTER_RANGE / WORD_BYTES)]
  const [i, ...others] = words.flatMap((word, at) => (word === 0 ? [] : [at]))
  if (i === undefined || others.length > 0) return undefined
  return { word: words[i] as number, before: FOOTER_RANGE - i * WORD_BYTES }
}
