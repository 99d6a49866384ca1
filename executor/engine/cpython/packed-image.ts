/**
 * The image as it is stored, and as all threads of a process read it: one shared memory.
 *
 * | offset | bytes | what |
 * | ------ | ----- | ---- |
 * | 0      | 32    | SHA-256 of all that follows |
 * | 32     | 32    | SHA-256 of the whole memory of the image |
 * | 64     | 4     | bytes of the whole memory |
 * | 68     | 4     | number of parts |
 * | 72     | 8     | addresses of the names of the zone: of its winter and of its summer |
 * | 80     | 8 each | the parts that are not zero: address and length, in order |
 * | …      | …     | their bytes, one after the other |
 *
 * Numbers are little-endian. The zeros are left out: they are nearly half of the image.
 */

import { createHash } from 'node:crypto'
import { hashOf } from '../memory-hash.ts'
import { type MemoryPart, nonZeroParts } from '../memory-parts.ts'

const HASH_BYTES = 32
const SIZE_AT = 64
const COUNT_AT = 68
const ZONE_NAMES_AT = 72
const TABLE_AT = 80
const ENTRY_BYTES = 8

/** An image as its bytes describe it. */
export interface Image {
  /** Views of the shared memory, which no thread writes to. */
  readonly parts: readonly MemoryPart[]
  /** Bytes of the whole memory. */
  readonly imageBytes: number
  /** SHA-256 of the whole memory, hexadecimal. */
  readonly memoryHash: string
  /** Where the C library has the names of the local zone: of its winter and of its summer. */
  readonly zoneNamesAt: readonly [number, number]
}

/** The bytes of an image, in memory that threads can share. */
export function packImage(
  memory: Uint8Array,
  zoneNamesAt: Image['zoneNamesAt'],
): SharedArrayBuffer {
  const parts = nonZeroParts(memory)
  const dataAt = TABLE_AT + parts.length * ENTRY_BYTES
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, dataAt)
  const packed = Buffer.from(new SharedArrayBuffer(size))
  packed.write(hashOf(memory), HASH_BYTES, 'hex')
  packed.writeUInt32LE(memory.length, SIZE_AT)
  packed.writeUInt32LE(parts.length, COUNT_AT)
  for (const [index, at] of zoneNamesAt.entries()) {
    packed.writeUInt32LE(at, ZONE_NAMES_AT + index * 4)
  }
  let end = dataAt
  for (const [index, { at, bytes }] of parts.entries()) {
    packed.writeUInt32LE(at, TABLE_AT + index * ENTRY_BYTES)
    packed.writeUInt32LE(bytes.length, TABLE_AT + index * ENTRY_BYTES + 4)
    packed.set(bytes, end)
    end += bytes.length
  }
  checksum(packed).copy(packed, 0)
  return packed.buffer as unknown as SharedArrayBuffer
}

/** Whether the bytes of an image are those that were packed; takes some ten milliseconds. */
export function isPacked(image: SharedArrayBuffer): boolean {
  const packed = Buffer.from(image)
  return packed.length > TABLE_AT && checksum(packed).equals(packed.subarray(0, HASH_BYTES))
}

/** The checksum of packed bytes, hexadecimal. */
export const packedHash = (image: SharedArrayBuffer): string =>
  Buffer.from(image, 0, HASH_BYTES).toString('hex')

const checksum = (packed: Buffer): Buffer =>
  createHash('sha256').update(packed.subarray(HASH_BYTES)).digest()

/** Reads packed bytes: views of them. */
export function unpackImage(image: SharedArrayBuffer): Image {
  const packed = Buffer.from(image)
  const count = packed.readUInt32LE(COUNT_AT)
  let end = TABLE_AT + count * ENTRY_BYTES
  const parts = Array.from({ length: count }, (_, index): MemoryPart => {
    const at = packed.readUInt32LE(TABLE_AT + index * ENTRY_BYTES)
    const length = packed.readUInt32LE(TABLE_AT + index * ENTRY_BYTES + 4)
    const bytes = packed.subarray(end, end + length)
    end += length
    return { at, bytes }
  })
  const memoryHash = packed.toString('hex', HASH_BYTES, 2 * HASH_BYTES)
  const [winterAt, summerAt] = [0, 4].map(at => packed.readUInt32LE(ZONE_NAMES_AT + at))
  const zoneNamesAt = [winterAt as number, summerAt as number] as const
  return { parts, imageBytes: packed.readUInt32LE(SIZE_AT), memoryHash, zoneNamesAt }
}
