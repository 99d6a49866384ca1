/** `inspect`: a value as text, as Node's `util.inspect` prints it. */

import { isNaN as isNotANumber, min, objectHasOwn, unlinkedList } from '../primordials.ts'
import { type Inspection, primitiveText } from './inspect-state.ts'
import { cutToBytes } from './inspect-text.ts'
import { printValue } from './inspect-value.ts'

export { setStackInspector } from './inspect-error.ts'
export { registerInspector } from './inspect-kind.ts'

/**
 * Absent options are Node's defaults: `depth` 2, `breakLength` 80 columns, `compact` 3,
 * `maxArrayLength` 100, `maxStringLength` 10 000. `maxBytes` bounds the text in UTF-8; its default
 * is 1 MiB. `null` means no bound where Node says so.
 */
export type InspectOptions = {
  depth?: number | null
  breakLength?: number
  compact?: number | boolean
  maxArrayLength?: number | null
  maxStringLength?: number | null
  maxBytes?: number
  showHidden?: boolean
  /** Whether a fulfilled promise prints as its value: an output holds that in its place. */
  unwrapsPromises?: boolean
}

/** The most text of one value, in UTF-8 bytes. */
export const defaultMaxBytes = 1_048_576

// Each level takes four calls, and the engine's stack holds about a thousand.
const maxDepth = 64

/**
 * The text of any value. A string keeps its quotes. It never throws and never exceeds `maxBytes` by
 * more than its marker `… more`.
 */
export function inspect(value: unknown, options?: InspectOptions): string {
  const maxBytes = numberOption(options, 'maxBytes', defaultMaxBytes)
  const run: Inspection = {
    indentation: 0,
    depth: min(numberOption(options, 'depth', 2), maxDepth),
    breakLength: numberOption(options, 'breakLength', 80),
    compact: numberOption(options, 'compact', 3),
    maxArrayLength: numberOption(options, 'maxArrayLength', 100),
    maxStringLength: numberOption(options, 'maxStringLength', 10_000),
    showHidden: option(options, 'showHidden') === true,
    unwrapsPromises: option(options, 'unwrapsPromises') === true,
    deepest: 0,
    seen: emptyList,
    seenCount: 0,
    circular: undefined,
    left: maxBytes,
    print: printValue,
  }
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return cutToBytes(primitiveText(run, value), maxBytes)
  }
  run.seen = unlinkedList()
  return cutToBytes(printValue(run, value, 0), maxBytes)
}

const emptyList = unlinkedList<object>()

/** An option that may come from the program: `console.dir(value, options)`. */
function option(options: InspectOptions | undefined, key: keyof InspectOptions): unknown {
  try {
    return options !== undefined && objectHasOwn(options, key) ? options[key] : undefined
  } catch {
    // A getter of the program's threw: the default holds.
    return undefined
  }
}

function numberOption(
  options: InspectOptions | undefined,
  key: keyof InspectOptions,
  fallback: number,
): number {
  if (options === undefined) return fallback
  const value = option(options, key)
  if (value === null) return Infinity
  if (typeof value === 'boolean') return value ? 3 : 0
  return typeof value === 'number' && !isNotANumber(value) ? value : fallback
}
