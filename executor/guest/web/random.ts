/**
 * `Math.random` and `crypto` from one generator that the host seeds, so that a replay repeats them.
 *
 * The generator is sfc32 of PractRand (Chris Doty-Humphrey, public domain,
 * https://pracrand.sourceforge.net/RNG_engines.txt). It is not a cipher. Others can predict the
 * bytes only with the seed, but a program that sees enough of its own bytes can compute the rest.
 */

import {
  DOMExceptionOf,
  hidden,
  numberToString,
  reflectDefineProperty,
  stringPadStart,
  symbolToStringTag,
  TypeErrorOf,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  Uint8ArrayOf,
} from '../primordials.ts'
import { readOnly } from './web-interface.ts'

let a = 0
let b = 0
let c = 0
let counter = 1

/** Seeds the generator with four 32-bit integers. The same seed gives the same numbers. */
export function seedRandom(first: number, second: number, third: number, fourth: number): void {
  a = first | 0
  b = second | 0
  c = third | 0
  counter = fourth | 0
  // The rounds that PractRand discards when it seeds from 96 bits or more.
  for (let i = 0; i < 15; i++) next()
}

/** 32 random bits, as an unsigned integer. */
function next(): number {
  const result = (a + b + counter++) | 0
  counter |= 0
  a = b ^ (b >>> 9)
  b = (c + (c << 3)) | 0
  c = (((c << 21) | (c >>> 11)) + result) | 0
  return result >>> 0
}

/**
 * Replaces `Math.random`, and defines `crypto` with `getRandomValues` and `randomUUID`. Returns
 * `crypto`.
 */
export function installRandom(target: object): object {
  reflectDefineProperty(Math, 'random', hidden(methods.random))
  const crypto = {}
  reflectDefineProperty(crypto, 'getRandomValues', hidden(methods.getRandomValues, true))
  reflectDefineProperty(crypto, 'randomUUID', hidden(methods.randomUUID, true))
  reflectDefineProperty(crypto, symbolToStringTag, readOnly('Crypto'))
  reflectDefineProperty(target, 'crypto', hidden(crypto))
  return crypto
}

/**
 * Bytes that one call may ask for: https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues.
 */
const MAX_BYTES = 65_536

const methods = {
  random(): number {
    // 27 and 26 bits make the 53 of a double's fraction.
    return ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
  },

  getRandomValues(array: unknown): unknown {
    if (array === undefined) throw new TypeErrorOf('The "array" argument must be specified')
    const kind = typedArrayName(array)
    if (kind === undefined || isFloat(kind)) {
      const message = 'The data argument must be an integer-type TypedArray'
      throw new DOMExceptionOf(message, 'TypeMismatchError')
    }
    const length = typedArrayByteLength(array)
    if (length > MAX_BYTES) {
      const message = 'The requested length exceeds 65,536 bytes'
      throw new DOMExceptionOf(message, 'QuotaExceededError')
    }
    const bytes = new Uint8ArrayOf(typedArrayBuffer(array), typedArrayByteOffset(array), length)
    let bits = 0
    for (let i = 0; i < length; i++) {
      bits = i % 4 === 0 ? next() : bits >>> 8
      bytes[i] = bits
    }
    return array
  },

  randomUUID(): string {
    const third = (next() & 0x0fff) | 0x4000
    const fourth = (next() & 0x3fff) | 0x8000
    const first = hex(next(), 8)
    const second = hex(next() >>> 16, 4)
    const last = hex(next() >>> 16, 4) + hex(next(), 8)
    return first + '-' + second + '-' + hex(third, 4) + '-' + hex(fourth, 4) + '-' + last
  },
}

const isFloat = (kind: string) =>
  kind === 'Float16Array' || kind === 'Float32Array' || kind === 'Float64Array'

const hex = (value: number, digits: number) =>
  stringPadStart(numberToString(value, 16), digits, '0')
