/**
 * JSON of what an execution tells, without the execution's id.
 *
 * The id stands in every event and in every id of a call: written out it is half of what a waiting
 * execution takes on disk. A control character stands for it, which no JSON encoder leaves as it is.
 */

const ID = '\u0001'

export function toShortJson(value: unknown, executionId: string): string {
  return JSON.stringify(value).replaceAll(executionId, ID)
}

/** @returns what the JSON says; its shape is the caller's claim */
export function fromShortJson<T>(json: string, executionId: string): T {
  return JSON.parse(json.replaceAll(ID, executionId))
}
