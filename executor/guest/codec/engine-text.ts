/** The text of plain values as the engine writes it, in a fraction of the time of the walk. */

/** The text of a value that the engine writes exactly as {@link encode} would, if it is plain. */
export type EngineText = (value: unknown) => string | undefined

let engineTextOf: EngineText | undefined

/** Takes the engine's writer. Until then no value counts as plain. */
export function setEngineText(given: EngineText): void {
  engineTextOf = given
}

/**
 * JSON of a string; the exact text of a tree of plain objects and arrays, in which nothing stands
 * twice and each primitive is one of JSON's; `undefined` for any other value. No code of the program
 * runs.
 */
export function engineText(value: unknown): string | undefined {
  return engineTextOf === undefined ? undefined : engineTextOf(value)
}
