import type { BaseSnapshot } from '../engine-parts.ts'

/** Hexadecimal digits of the image's hash in the tag: 64 bits, against accidents only. */
const HASH_DIGITS = 16

/** Names the interpreter and its image, in which the prelude is loaded. */
export const imageTag = ({ engine, memoryHash }: BaseSnapshot): string =>
  `${engine}, image ${memoryHash.slice(0, HASH_DIGITS)}`
