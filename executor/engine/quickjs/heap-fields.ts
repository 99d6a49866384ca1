/**
 * What a value of the engine is made of: offsets as in `quickjs.c`, for 32-bit addresses and values
 * boxed into NaN, in the version that package.json pins. `heap-layout.ts` tries them.
 */

/** Addresses in the base memory, which every guest has. */
export interface HeapLayout {
  /** The field of the runtime that holds the address of the table of atoms. */
  readonly atomTable: number
  readonly objectPrototype: number
  readonly arrayPrototype: number
  /** The atoms of two names that are not read as others. */
  readonly toJSON: number
  readonly proto: number
}

/** Fields of an object, in bytes from its address. */
export const OBJECT = { flags: 8, shape: 12, properties: 16, elements: 28, count: 32 } as const
/** Fields of a shape, which objects with the same property names share. */
export const SHAPE = { hashMask: 16, count: 24, prototype: 36, hashTable: 40 } as const
/** Where the characters of a string begin. */
export const STRING_HEADER_BYTES = 24
