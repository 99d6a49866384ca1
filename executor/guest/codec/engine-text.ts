/** Plain values that the engine reads itself, in a small part of the time of the walk. */

/** In place of a text: the engine keeps it, and sends it with the next request. */
export const KEPT = 1
/** An encoded value: its text, or that the engine keeps it. */
export type EncodedText = string | typeof KEPT

/** Whether the engine keeps the text of a value. */
export type KeepPlain = (value: unknown) => boolean

let keep: KeepPlain | undefined

/** Takes the engine's reader. Until then no value counts as plain. */
export function setKeepPlain(given: KeepPlain): void {
  keep = given
}

/**
 * Whether the engine keeps the text of a value: a string, or a tree of plain objects and arrays in
 * which nothing stands twice and each primitive is one of JSON's. No code of the program runs.
 */
export function keepsPlain(value: unknown): boolean {
  return keep?.(value) === true
}
