/** Primitives as text, and the sentinels for those that JSON cannot write. */

import {
  NEGATIVE_INFINITY,
  NEGATIVE_ZERO,
  NOT_A_NUMBER,
  POSITIVE_INFINITY,
} from '../../../protocol/values/value-format.ts'
import { isNaN, jsonStringify, numberToString } from '../primordials.ts'

/** A primitive as JSON; `undefined` for objects, and for values that JSON does not hold. */
export function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonStringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return sentinelOf(value) === 0 ? numberToString(value) : undefined
    default:
      return value === null ? 'null' : undefined
  }
}

/** The sentinel that stands for a number that JSON cannot write; 0 for the others. */
export function sentinelOf(value: number): number {
  if (isNaN(value)) return NOT_A_NUMBER
  if (value === 0) return 1 / value < 0 ? NEGATIVE_ZERO : 0
  if (value === 1 / 0) return POSITIVE_INFINITY
  return value === -1 / 0 ? NEGATIVE_INFINITY : 0
}
