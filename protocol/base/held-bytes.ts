/** The size in memory of values that stay there. */

/** About the size of an object, an array or a number, besides its texts. */
const NODE_BYTES = 16

/** About how many bytes a tree of records, lists and texts holds; a shared part counts each time. */
export function heldBytes(tree: unknown): number {
  const waiting = [tree]
  let bytes = 0
  while (waiting.length > 0) {
    const value = waiting.pop()
    bytes += NODE_BYTES
    if (typeof value === 'string') bytes += value.length
    else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) waiting.push(part)
    }
  }
  return bytes
}
