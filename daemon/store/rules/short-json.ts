/**
 * JSON about an execution, without the execution's id.
 *
 * The id stands in every event and in every id of a call: written out it is half the bytes of a
 * waiting execution. A control character stands for it, which every JSON encoder escapes.
 */

const ID = '\u0001'

/** The JSON of a value, in which a mark stands for the execution's id. */
export function toShortJson(value: unknown, executionId: string): string {
  return JSON.stringify(value).replaceAll(executionId, ID)
}

/** @returns the value; its shape is the caller's claim */
export function fromShortJson<T>(json: string, executionId: string): T {
  return JSON.parse(json.replaceAll(ID, executionId))
}
