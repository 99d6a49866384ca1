/** The tools that every contestant's programs call. They cost nothing, and note when they were called. */

/** When each call since the last {@link takeGaps} arrived, in milliseconds. */
let arrivals: number[] = []

/** Whole number to whole number: what a call costs when its tool costs nothing. */
async function lookup(n: number): Promise<number> {
  arrivals.push(performance.now())
  return n + 1
}

/** Gives back what it got, whatever it is. */
async function echo(value: unknown): Promise<unknown> {
  arrivals.push(performance.now())
  return value
}

export const tools = { lookup, echo }
export type ToolName = keyof typeof tools

/**
 * Milliseconds from each call's arrival to the next one's: for a program that does nothing else,
 * the whole round trip of a call, with neither the program's start nor its end in it.
 */
export function takeGaps(): number[] {
  const taken = arrivals
  arrivals = []
  return taken.slice(1).map((at, i) => at - (taken[i] as number))
}
