import { type Keyword, readSize } from './keyword.ts'
import type { Run } from './run.ts'

/**
 * A kind of value with a size: elements of arrays, properties of objects, characters of strings.
 */
export interface Sized {
  readonly noun: string
  /** The size of a value, counting the steps of it; `undefined` for a value without a size. */
  sizeOf(value: unknown, run: Run): number | undefined
}

/** `minItems`, `maxLength` and their kin: a bound on the size of a value. */
export function sizeBound(keyword: string, { noun, sizeOf }: Sized): Keyword {
  const isLeast = keyword.startsWith('min')
  const words = isLeast ? 'at least' : 'at most'
  return (value, context) => {
    const limit = readSize(keyword, value, context)
    if (limit === undefined) return undefined
    return (part, run, at) => {
      run.spend(1)
      const size = sizeOf(part, run)
      if (size === undefined || (isLeast ? size >= limit : size <= limit)) return true
      return run.fail(at, () => `expected ${words} ${limit} ${noun}, got ${size}`)
    }
  }
}
