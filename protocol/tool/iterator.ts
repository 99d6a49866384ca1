/**
 * The iterator of the result of a generator function; lists, maps and texts are values, not
 * streams.
 */
export function iteratorOf(value: unknown): AsyncIterator<unknown> | Iterator<unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {
    [Symbol.asyncIterator]: asyncIterator,
    next,
    [Symbol.iterator]: iterator,
  } = value as {
    [Symbol.asyncIterator]?: unknown
    [Symbol.iterator]?: unknown
    next?: unknown
  }
  if (typeof asyncIterator === 'function')
    return asyncIterator.call(value) as AsyncIterator<unknown>
  const isGenerator = typeof next === 'function' && typeof iterator === 'function'
  return isGenerator ? (value as Iterator<unknown>) : undefined
}
