/** Keeps the event loop of this thread from sleeping for a moment, so that it takes messages at once. */

let untilMs = 0
let isTurning = false

/** Has the event loop turn without a sleep. @param ms for how long: a fraction of one */
export function stayAwake(ms: number): void {
  untilMs = performance.now() + ms
  if (isTurning) return
  isTurning = true
  setImmediate(turn)
}

/** Lets the event loop sleep again: what was awaited has come. */
export function mayFallAsleep(): void {
  untilMs = 0
}

function turn(): void {
  isTurning = performance.now() < untilMs
  // Everything else of the loop has its turn in between.
  if (isTurning) setImmediate(turn)
}
