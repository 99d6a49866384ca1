/**
 * `crypto.subtle.digest`, answered by the worker: the same data gives the same digest in a replay.
 */

import {
  arrayBufferByteLength,
  arrayBufferSlice,
  base64ToBytes,
  DOMExceptionOf,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  hasBrand,
  hidden,
  isBuffer,
  reflectDefineProperty,
  stringToUpperCase,
  symbolToStringTag,
  TypeErrorOf,
  toText,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
} from '../primordials.ts'
import { toBase64 } from './base64.ts'
import { readOnly } from './web-interface.ts'

const ALGORITHMS = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']

/** Bytes that one digest may be made of: 33.5 million characters of base64. */
const MAX_BYTES = 25_165_824

/**
 * Defines `subtle` on `crypto`. `ask` takes `ALGORITHM:base64` and returns the digest in base64.
 */
export function installDigest(crypto: object, ask: (request: string) => string): void {
  const methods = {
    async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
      const name = algorithmName(algorithm)
      const bytes = bytesOf(data)
      if (arrayBufferByteLength(bytes) > MAX_BYTES) {
        const message =
          'Cannot digest ' + arrayBufferByteLength(bytes) + ' bytes, limit ' + MAX_BYTES
        throw new DOMExceptionOf(message, 'OperationError')
      }
      return typedArrayBuffer(base64ToBytes(ask(name + ':' + toBase64(bytes))))
    },
  }
  const subtle = {}
  reflectDefineProperty(subtle, 'digest', hidden(methods.digest, true))
  reflectDefineProperty(subtle, symbolToStringTag, readOnly('SubtleCrypto'))
  reflectDefineProperty(crypto, 'subtle', hidden(subtle, true))
}

function algorithmName(algorithm: unknown): string {
  const isObject = typeof algorithm === 'object' && algorithm !== null
  const given = stringToUpperCase(
    toText(isObject ? (algorithm as { name: unknown }).name : algorithm),
  )
  for (let i = 0; i < ALGORITHMS.length; i++) if (ALGORITHMS[i] === given) return given
  throw new DOMExceptionOf('Unrecognized algorithm name', 'NotSupportedError')
}

/** The bytes of a buffer or view, as a buffer of their own. */
function bytesOf(data: unknown): ArrayBuffer {
  if (hasBrand(arrayBufferByteLength, data)) return data as ArrayBuffer
  if (!isBuffer(data)) {
    const message =
      "Failed to execute 'digest' on 'SubtleCrypto': 2nd argument is not instance of ArrayBuffer, TypedArray, or DataView."
    throw new TypeErrorOf(message)
  }
  const isView = typedArrayName(data) === undefined
  const buffer = isView ? dataViewBuffer(data) : typedArrayBuffer(data)
  const start = isView ? dataViewByteOffset(data) : typedArrayByteOffset(data)
  const length = isView ? dataViewByteLength(data) : typedArrayByteLength(data)
  return arrayBufferSlice(buffer, start, start + length)
}
