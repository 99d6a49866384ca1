/**
 * A long text of ASCII as bytes. Between two threads they change hands without a copy, and no string is
 * made where none is needed: a large string that is new costs more than what is done with it.
 */

/** Bytes of ASCII, from which the string is made. */
export class AsciiText {
  readonly bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  toString(): string {
    return this.bytes.toString('latin1')
  }
}

/** Most bytes of one unit of any string as UTF-8. */
export const MAX_UNIT_BYTES = 3

/** Whether a string has no unit beyond ASCII. */
export const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length

/** A string of ASCII as bytes that may change hands. @param spare memory for them, if it suffices */
export function asciiTextOf(text: string, spare?: ArrayBuffer): AsciiText {
  const isEnough = spare !== undefined && spare.byteLength >= text.length
  const bytes = isEnough ? Buffer.from(spare, 0, text.length) : Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return new AsciiText(bytes)
}

/** Memory of more bytes is not kept. */
const MAX_SPARE_BYTES = 2 * 1024 * 1024

/**
 * The memory of bytes that have changed hands and are read: for the next ones, since new memory costs
 * more in page faults than the copy into it. `undefined`: it is not ours alone, or too large.
 */
export function spareOf({ buffer }: Uint8Array): ArrayBuffer | undefined {
  const isOurs = buffer instanceof ArrayBuffer && !buffer.resizable
  return isOurs && buffer.byteLength <= MAX_SPARE_BYTES ? buffer : undefined
}
