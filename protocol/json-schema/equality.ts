/** Equality of JSON values, with its cost counted. */

import { isObject, kindOf } from './kinds.ts'
import type { Run } from './run.ts'

/** Deeper parts are taken for equal only when they are the same object. */
const MAX_DEPTH = 200

/** Whether two values are equal as JSON Schema means it: by content, not by order of keys. */
export function isEqual(a: unknown, b: unknown, run: Run, depth = 0): boolean {
  run.spend(1)
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => isEqual(item, b[i], run, depth + 1))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = presentKeys(a)
  if (keys.length !== presentKeys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && isEqual(a[key], b[key], run, depth + 1))
}

/** The own keys of an object; one with the value `undefined` counts as absent. */
export function presentKeys(object: Record<string, unknown>): string[] {
  return Object.keys(object).filter(key => object[key] !== undefined)
}

/** A string that equal values share and different ones do not, so that an array needs no comparisons. */
export function canonicalText(value: unknown, run: Run, depth = 0): unknown {
  run.spend(1)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return String(value)
  if (Array.isArray(value) && depth <= MAX_DEPTH) {
    return `[${value.map(item => textOf(item, run, depth)).join(',')}]`
  }
  if (isObject(value) && depth <= MAX_DEPTH) {
    const entries = presentKeys(value)
      .sort()
      .map(key => `${JSON.stringify(key)}:${textOf(value[key], run, depth)}`)
    return `{${entries.join(',')}}`
  }
  // A value that JSON cannot hold equals itself alone.
  return value
}

function textOf(item: unknown, run: Run, depth: number): string {
  const text = canonicalText(item, run, depth + 1)
  if (typeof text === 'string') {
    // The text is copied once for each level around it.
    run.spend(text.length >> 4)
    return text
  }
  return `${kindOf(item)}#${run.identity(item)}`
}
