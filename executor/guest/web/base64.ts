/** Bytes to base64 and back, under the rules of the prelude: RFC 4648, with padding. */

import { ArrayBufferOf, arrayBufferByteLength, Uint8ArrayOf } from '../primordials.ts'

const native = Uint8Array as unknown as {
  fromBase64(text: string): Uint8Array
  prototype: { toBase64(): string }
}
const { fromBase64 } = native
const encode = Function.prototype.call.bind(native.prototype.toBase64) as (
  bytes: Uint8Array,
) => string
const bufferOf = Function.prototype.call.bind(
  Object.getOwnPropertyDescriptor(Reflect.getPrototypeOf(Uint8Array.prototype) as object, 'buffer')
    ?.get as () => ArrayBuffer,
) as (bytes: Uint8Array) => ArrayBuffer

/** The bytes of a buffer as base64. */
export function toBase64(buffer: ArrayBuffer): string {
  return arrayBufferByteLength(buffer) === 0 ? '' : encode(new Uint8ArrayOf(buffer))
}

/** The bytes that base64 stands for. @throws {Error} when the text is not base64 */
export function fromBase64Text(text: string): ArrayBuffer {
  return text === '' ? new ArrayBufferOf(0) : bufferOf(fromBase64(text))
}
