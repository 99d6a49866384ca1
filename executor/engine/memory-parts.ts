/** A memory as the parts of it that are not zero: most of a guest's memory is. */

/** A piece of a guest's memory: its address and its bytes. */
export interface MemoryPart {
  readonly at: number
  readonly bytes: Uint8Array
}

/** A page of the machine. Memories are compared page by page, and a part is whole pages. */
export const PAGE_BYTES = 4096
/** A page of WebAssembly, by which its memories grow. */
export const WASM_PAGE_BYTES = 65_536
/** A page of WebAssembly that nothing has written to. */
export const zeroWasmPage = Buffer.alloc(WASM_PAGE_BYTES)

/** The parts of a memory that are not zero, in order: views of it. */
export function nonZeroParts(memory: Uint8Array): MemoryPart[] {
  const zeros = new Uint8Array(PAGE_BYTES)
  const parts: MemoryPart[] = []
  let from = -1
  for (let at = 0; at <= memory.length; at += PAGE_BYTES) {
    const page = memory.subarray(at, at + PAGE_BYTES)
    const isZero = Buffer.compare(page, zeros.subarray(0, page.length)) === 0
    if (!isZero && from < 0) from = at
    if (!isZero || from < 0) continue
    parts.push({ at: from, bytes: memory.subarray(from, at) })
    from = -1
  }
  return parts
}

/** The same parts with bytes of their own: of views a copy would have all that they are views of. */
export function copiedParts(memory: Uint8Array): MemoryPart[] {
  return nonZeroParts(memory).map(({ at, bytes }) => ({ at, bytes: bytes.slice() }))
}

/** The pages of a memory that are not zero, and lie outside of these parts: their addresses, in order. */
export function pagesOutside(memory: Uint8Array, parts: readonly MemoryPart[]): number[] {
  const isInside = (page: number) =>
    parts.some(({ at, bytes }) => at <= page && page < at + bytes.length)
  return nonZeroParts(memory)
    .flatMap(({ at, bytes }) =>
      Array.from({ length: Math.ceil(bytes.length / PAGE_BYTES) }, (_, n) => at + n * PAGE_BYTES),
    )
    .filter(page => !isInside(page))
}

/** Clears pages, by their addresses. */
export function clearPages(memory: Uint8Array, pages: readonly number[]): void {
  for (const page of pages) memory.fill(0, page, page + PAGE_BYTES)
}

/** Puts parts into a memory that is zero elsewhere. To look at a page costs what it costs to write to it. */
export function setParts(memory: Uint8Array, parts: readonly MemoryPart[]): void {
  for (const { at, bytes } of parts) memory.set(bytes, at)
}

/** Puts a memory back: its parts, and zeros between and after them. */
export function putParts(memory: Uint8Array, parts: readonly MemoryPart[]): void {
  let end = 0
  for (const part of parts) {
    // To clear takes half the time that copying zeros does.
    memory.fill(0, end, part.at)
    memory.set(part.bytes, part.at)
    end = part.at + part.bytes.length
  }
  memory.fill(0, end)
}

/**
 * Mends a memory that began as these parts, with zeros between and after them: only pages that
 * differ are written. So pages that no program has touched stay without memory of the machine, and
 * to read is half of what copying all costs.
 */
export function mendParts(memory: Uint8Array, parts: readonly MemoryPart[]): void {
  const whole = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength)
  let end = 0
  for (const { at, bytes } of parts) {
    mendZeros(whole, end, at)
    mendPart(whole, at, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    end = at + bytes.length
  }
  mendZeros(whole, end, whole.length)
}

function mendPart(memory: Buffer, at: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; from += PAGE_BYTES) {
    const to = Math.min(from + PAGE_BYTES, bytes.length)
    if (memory.compare(bytes, from, to, at + from, at + to) === 0) continue
    memory.set(bytes.subarray(from, to), at + from)
  }
}

/** Few zeros are touched, so they are compared in large blocks. */
function mendZeros(memory: Buffer, from: number, end: number): void {
  for (let at = from; at < end; at += WASM_PAGE_BYTES) {
    const to = Math.min(at + WASM_PAGE_BYTES, end)
    if (memory.compare(zeroWasmPage, 0, to - at, at, to) !== 0) memory.fill(0, at, to)
  }
}
