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

/** Whether a string has no unit beyond ASCII. */
export const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length

/** A string of ASCII as bytes that may change hands. */
export function asciiTextOf(text: string): AsciiText {
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return new AsciiText(bytes)
}
