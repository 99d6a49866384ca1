/** The size of a value for a reader that knows no shared references, such as JSON or a schema. */

/** An object, an array or a number takes about the work of this many characters. */
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
    const size = NODE_COST + (Array.isArray(part) ? ofArray(part) : ofParts(part))
    known.set(part, size)
    return size
  }
  const ofArray = (list: readonly unknown[]): number => {
    // The elements alone: an array of 2^32 holes has none, and a loop over them would take minutes.
    const elements = Object.values(list)
    let size = HOLE_COST * Math.max(0, list.length - elements.length)
    for (const element of elements) size += sizeOf(element)
    return size
  }
  const ofParts = (part: object): number => {
    // Most records are plain; what else there is takes longer to distinguish.
    if (Object.getPrototypeOf(part) === Object.prototype) return ofProperties(part)
    let size = 0
    if (part instanceof Map) {
      for (const [key, inner] of part) size += sizeOf(key) + sizeOf(inner)
      return size
    }
    if (part instanceof Set) {
      for (const inner of part) size += sizeOf(inner)
      return size
    }
    if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return 0
    if (part instanceof Error) size += sizeOf(part.message) + sizeOf(part.cause)
    return size + ofProperties(part)
  }
  const ofProperties = (part: object): number => {
    let size = 0
    for (const key of Object.keys(part)) {
      size += NODE_COST + key.length + sizeOf((part as Record<string, unknown>)[key])
    }
    return size
  }
  return sizeOf(value)
}
