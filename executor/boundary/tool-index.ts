/**
 * How a call names its tool: by its index among the tools of the execution, and by a number below
 * zero where the guest wants all that the tool answers, and not its value alone.
 */

/** The number of a call by `raw`. */
export const rawIndex = (index: number): number => -1 - index

/** Whether a call is one by `raw`. */
export const isRawIndex = (number: number): boolean => number < 0

/** The index of the tool that a call names. */
export const toolIndex = (number: number): number => (number < 0 ? -1 - number : number)
