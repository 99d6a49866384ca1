/** The size of a value for a reader that knows no shared references, such as JSON or a schema. */

/** A record, a list or a number takes about so much work, in characters. */
const NODE_COST = 8
/** A hole is `null,` in JSON, and nothing where the value is sent. */
const HOLE_COST = 5

/**
 * The cost of a value with each shared part counted as often as a reader comes to it, in characters
 * of text. It is found in one step per part. A cycle counts up to where it closes.
 *
 * @throws {RangeError} when the value nests deeper than the stack
 */
export function unfoldedSize(value: unknown): number {
  const known = new Map<object, number>()
  const sizeOf = (part: unknown): number => {
    if (typeof part === 'string') return NODE_COST + part.length
    if (typeof part !== 'object' || part === null) return NODE_COST
    const before = known.get(part)
    if (before !== undefined) return before
    // A part that is met again while it is counted closes a cycle.
    known.set(part, NODE_COST)
    let size = NODE_COST + HOLE_COST * holesOf(part)
    for (const inner of partsOf(part)) size += sizeOf(inner)
    known.set(part, size)
    return size
  }
  return sizeOf(value)
}

const holesOf = (value: object): number =>
  Array.isArray(value) ? Math.max(0, value.length - Object.keys(value).length) : 0

function* partsOf(value: object): Iterable<unknown> {
  if (value instanceof Map) {
    for (const entry of value) yield* entry
    return
  }
  if (value instanceof Set) return yield* value
  // Without the holes, which are counted.
  if (Array.isArray(value)) return yield* Object.values(value)
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return
  if (value instanceof Error) yield* [value.message, value.cause]
  for (const [key, inner] of Object.entries(value)) {
    yield key
    yield inner
  }
}
