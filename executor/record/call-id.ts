/** The public id of a call: the id of its execution, and its place among the calls. */

/** `call_`, the digits of the execution's id, `_` and the call's number. */
export function callIdOf(executionId: string, callNumber: number): string {
  return `call_${executionId.slice(executionId.indexOf('_') + 1)}_${callNumber}`
}

/** The number of a call, by its public id. */
export function callNumberOf(callId: string): number {
  return Number(callId.slice(callId.lastIndexOf('_') + 1))
}
