/**
 * Snapshots of sessions: the parts of a guest's memory that differ from the base snapshot.
 *
 * | offset | bytes | what |
 * | ------ | ----- | ---- |
 * | 0      | 4     | `LDSN` |
 * | 4      | 4     | version of this format |
 * | 8      | 32    | SHA-256 of all that follows |
 * | 40     | 4     | bytes of the tag in UTF-8 |
 * | 44     | 4     | size of the memory |
 * | 48     | 4     | bytes of the payload before its compression |
 * | 52     | …     | the tag, then the payload, compressed by zstd |
 *
 * The payload is a sequence of runs: address and length, 4 bytes each, then the bytes. Numbers are
 * little-endian. Where the machine's stack comes first it is left out: at rest it is empty.
 */

import { createHash } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { LatchdError } from '../../protocol/errors.ts'
import { limitTable } from '../../protocol/limits.ts'
import { type MemoryPart, PAGE_BYTES, WASM_PAGE_BYTES } from './memory-parts.ts'

const MAGIC = 0x4e53444c
const FORMAT_VERSION = 1
const HASH_AT = 8
const HASHED_FROM = 40
const HEADER_BYTES = 52
const RUN_HEADER_BYTES = 8

/**
 * Blocks are kept or left out whole. Four times this size makes snapshots twice as large
 * (measured).
 */
const BLOCK_BYTES = 64
const WORD_BYTES = 4
const BLOCK_WORDS = BLOCK_BYTES / WORD_BYTES
const zeroPage = Buffer.alloc(PAGE_BYTES)
const zeroWords = new Int32Array(BLOCK_WORDS)
/** Level 6 takes twice the time and saves a few hundredths (measured). */
const COMPRESSION_LEVEL = 3

/**
 * The largest heap that a limit allows, and the room that the allocator and the engine need beside
 * it.
 */
const MAX_MEMORY_BYTES = limitTable.memoryBytes.ceiling + 32 * 1024 * 1024

/** The memory that sessions of an engine begin with. */
export interface SnapshotBase {
  /** Names all that a snapshot depends on. */
  readonly tag: string
  /** Bytes of the whole memory. */
  readonly memoryBytes: number
  /** What in it is not zero: whole pages, in order. */
  readonly parts: readonly MemoryPart[]
  /** Where the memory begins that a snapshot has; a whole number of pages of 4096 bytes. */
  readonly lowest: number
}

/** The memory that a session's snapshot describes. */
export interface SessionMemory {
  /** Bytes of the whole memory. */
  readonly memoryBytes: number
  /** Where it differs from the base snapshot. */
  readonly runs: readonly { readonly at: number; readonly bytes: Uint8Array }[]
}

/** Whether a memory of this size can be a snapshot. */
export const fitsSnapshot = (memoryBytes: number): boolean => memoryBytes <= MAX_MEMORY_BYTES

/** A snapshot of a machine's memory at rest; `undefined` when it has more bytes than that. */
export function encodeSnapshot(
  base: SnapshotBase,
  memory: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined {
  const payload = payloadOf(base, memory)
  const packed = compressed(payload, maxBytes)
  if (packed === undefined) return undefined
  const tag = Buffer.from(base.tag)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt32LE(FORMAT_VERSION, 4)
  header.writeUInt32LE(tag.length, 40)
  header.writeUInt32LE(memory.length, 44)
  header.writeUInt32LE(payload.length, 48)
  const bytes = Buffer.concat([header, tag, packed])
  hashOf(bytes).copy(bytes, HASH_AT)
  return bytes
}

const MIN_CHUNK_BYTES = 64 * 1024
const MAX_CHUNK_BYTES = 4 * 1024 * 1024

/**
 * Pieces in which an output of about so many bytes is made. Node's own of 64 KiB would come by the
 * hundreds to the allocator of this thread, which keeps their memory.
 */
const chunkBytesOf = (bytes: number) => Math.min(Math.max(bytes, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES)

function compressed(payload: Buffer, maxBytes: number): Buffer | undefined {
  try {
    return zstdCompressSync(payload, {
      params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL },
      maxOutputLength: Math.max(maxBytes, 1),
      chunkSize: chunkBytesOf(payload.length),
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}

/**
 * Reads a snapshot.
 *
 * @throws {LatchdError} SNAPSHOT_INCOMPATIBLE when it was made by another engine or prelude, or is
 *   damaged
 */
export function decodeSnapshot(base: SnapshotBase, snapshot: Uint8Array): SessionMemory {
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) throw damaged('no header')
  const version = bytes.readUInt32LE(4)
  if (version !== FORMAT_VERSION) {
    throw incompatible(`snapshot format ${version}`, `snapshot format ${FORMAT_VERSION}`)
  }
  if (!hashOf(bytes).equals(bytes.subarray(HASH_AT, HASHED_FROM))) throw damaged('its checksum')
  const tagEnd = HEADER_BYTES + bytes.readUInt32LE(40)
  const tag = bytes.toString('utf8', HEADER_BYTES, tagEnd)
  const ours = base.tag
  if (tag !== ours) throw incompatible(tag, ours)
  const memoryBytes = bytes.readUInt32LE(44)
  const payloadBytes = bytes.readUInt32LE(48)
  const least = base.memoryBytes
  if (memoryBytes < least || memoryBytes > MAX_MEMORY_BYTES || memoryBytes % WASM_PAGE_BYTES !== 0)
    throw damaged(`a memory of ${memoryBytes} bytes`)
  // Each run has a header, and at least one block.
  const most = memoryBytes + (memoryBytes / BLOCK_BYTES) * RUN_HEADER_BYTES
  if (payloadBytes > most) throw damaged(`a payload of ${payloadBytes} bytes`)
  const payload = unpack(bytes.subarray(tagEnd), payloadBytes)
  return { memoryBytes, runs: readRuns(payload, memoryBytes, base.lowest) }
}

const hashOf = (bytes: Buffer): Buffer =>
  createHash('sha256').update(bytes.subarray(HASHED_FROM)).digest()

function unpack(packed: Buffer, payloadBytes: number): Buffer {
  let payload: Buffer
  try {
    const maxOutputLength = Math.max(payloadBytes, 1)
    payload = zstdDecompressSync(packed, {
      maxOutputLength,
      chunkSize: chunkBytesOf(payloadBytes),
    })
  } catch (cause) {
    throw damaged('its compression', cause)
  }
  if (payload.length !== payloadBytes) throw damaged('its length')
  return payload
}

/** The payload for a memory: its runs that differ from the base snapshot. */
function payloadOf(base: SnapshotBase, memory: Uint8Array): Buffer {
  const runs = differences(memory, base)
  let size = 0
  for (const { from, to } of runs) size += RUN_HEADER_BYTES + to - from
  const payload = Buffer.allocUnsafe(size)
  let offset = 0
  for (const { from, to } of runs) {
    payload.writeUInt32LE(from, offset)
    payload.writeUInt32LE(to - from, offset + 4)
    payload.set(memory.subarray(from, to), offset + RUN_HEADER_BYTES)
    offset += RUN_HEADER_BYTES + to - from
  }
  return payload
}

/** A run of bytes, from here to there. */
interface Run {
  readonly from: number
  to: number
}

/** Where a memory differs from that of the base, by blocks. Beyond its end the base is zero. */
function differences(memory: Uint8Array, { parts, lowest }: SnapshotBase): Run[] {
  const runs: Run[] = []
  const bytes = asBuffer(memory)
  let end = lowest
  for (const part of parts) {
    differFromZeros(bytes, end, part.at, runs)
    differFrom(bytes, part, lowest, runs)
    end = Math.max(end, part.at + part.bytes.length)
  }
  differFromZeros(bytes, end, bytes.length, runs)
  return runs
}

/** Adds the blocks that differ from a part. The quick comparison is that of pages: most are the same. */
function differFrom(bytes: Buffer, { at, bytes: base }: MemoryPart, lowest: number, runs: Run[]) {
  const others = asBuffer(base)
  const words = asWords(bytes)
  const otherWords = asWords(base)
  for (let offset = Math.max(0, lowest - at); offset < base.length; offset += PAGE_BYTES) {
    const page = at + offset
    if (bytes.compare(others, offset, offset + PAGE_BYTES, page, page + PAGE_BYTES) === 0) continue
    for (let block = 0; block < PAGE_BYTES; block += BLOCK_BYTES) {
      if (!isBlockSame(words, page + block, otherWords, offset + block)) add(runs, page + block)
    }
  }
}

/** Adds the blocks that are not zero. */
function differFromZeros(bytes: Buffer, from: number, end: number, runs: Run[]): void {
  const words = asWords(bytes)
  for (let page = from; page < end; page += PAGE_BYTES) {
    if (bytes.compare(zeroPage, 0, PAGE_BYTES, page, page + PAGE_BYTES) === 0) continue
    for (let at = page; at < page + PAGE_BYTES; at += BLOCK_BYTES) {
      if (!isBlockSame(words, at, zeroWords, 0)) add(runs, at)
    }
  }
}

function add(runs: Run[], at: number): void {
  const last = runs.at(-1)
  if (last?.to === at) last.to += BLOCK_BYTES
  else runs.push({ from: at, to: at + BLOCK_BYTES })
}

function isBlockSame(words: Int32Array, at: number, others: Int32Array, other: number): boolean {
  const from = at / WORD_BYTES
  const distance = (other - at) / WORD_BYTES
  for (let i = from; i < from + BLOCK_WORDS; i++) {
    if (words[i] !== others[i + distance]) return false
  }
  return true
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const asWords = ({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / WORD_BYTES)

function readRuns(payload: Buffer, memoryBytes: number, lowest: number): SessionMemory['runs'] {
  const runs: { at: number; bytes: Uint8Array }[] = []
  let offset = 0
  let least = lowest
  while (offset < payload.length) {
    if (offset + RUN_HEADER_BYTES > payload.length) throw damaged('a run')
    const at = payload.readUInt32LE(offset)
    const length = payload.readUInt32LE(offset + 4)
    offset += RUN_HEADER_BYTES
    if (at < least || at + length > memoryBytes || offset + length > payload.length)
      throw damaged('a run')
    runs.push({ at, bytes: payload.subarray(offset, offset + length) })
    offset += length
    least = at + length
  }
  return runs
}

function incompatible(theirs: string, ours: string): LatchdError {
  const [their, our] = [engineOf(theirs), engineOf(ours)]
  const why =
    their === our
      ? `its snapshot was made by ${theirs}, this is ${ours}`
      : `its programs run in ${their}, and this one in ${our}; a session has one language`
  return new LatchdError('SNAPSHOT_INCOMPATIBLE', `Cannot restore the session: ${why}`)
}

/** The engine of a tag, without its version. */
const engineOf = (tag: string) => tag.split(' ', 1)[0]

const damaged = (what: string, cause?: unknown): LatchdError =>
  new LatchdError(
    'SNAPSHOT_INCOMPATIBLE',
    `Cannot restore the session: its snapshot is damaged (${what})`,
    { cause },
  )
