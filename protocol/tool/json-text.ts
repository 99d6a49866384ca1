/** Inputs as JSON, for tools that take a string. */

/** Parts of a value; a part that is referenced twice counts twice. */
const MAX_PARTS = 1_000_000

/**
 * The JSON of an input.
 *
 * @throws {TypeError} when it has a cycle or a BigInt, or too many parts
 */
export function jsonText(value: unknown): string {
  let parts = 0
  return JSON.stringify(value, (_, part) => {
    if (++parts > MAX_PARTS) {
      throw new TypeError(`Cannot write the input as JSON: it has more than ${MAX_PARTS} parts`)
    }
    return part
  })
}
