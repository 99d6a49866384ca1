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
export const OBJECT = {
  references: -4,
  flags: 8,
  shape: 12,
  properties: 16,
  elements: 28,
  count: 32,
} as const
/** Fields of a shape, which objects with the same property names share. */
export const SHAPE = { hashMask: 16, count: 24, prototype: 36, hashTable: 40 } as const
/** Fields of a function object. */
export const FUNCTION = { bytecode: 24, captured: 28 } as const
/** Where the runtime's record holds the address of the frame that runs. */
export const CURRENT_FRAME = 660
/** Fields of a frame: a function that runs. */
export const FRAME = { previous: 0, fn: 8, args: 16, variables: 20 } as const
/** Fields of a function's code; each count has two bytes. */
export const CODE = {
  names: 24,
  capturedNames: 28,
  argCount: 32,
  variableCount: 34,
  capturedCount: 42,
  file: 56,
} as const
/** How far the names of a function's arguments and variables are apart. */
export const NAME_BYTES = 20
/** How far those of captured variables are apart, and where in each its atom is. */
export const CAPTURED_NAME = { bytes: 8, atom: 4 } as const
/** Where a captured variable holds the address of its value. */
export const CAPTURED_VALUE = 12
/** Where the characters of a string begin. */
export const STRING_HEADER_BYTES = 24
