/** Keeps the event loop of this thread from sleeping for a moment, so that what comes is taken at once. */

let untilMs = 0
let isTurning = false

/** The event loop turns without a sleep until then. @param ms from now on; at most {@link SPIN_MS} */
export function stayAwake(ms: number): void {
  untilMs = performance.now() + ms
  if (isTurning) return
  isTurning = true
  setImmediate(turn)
}

/** Nothing is awaited any more. */
export function mayFallAsleep(): void {
  untilMs = 0
}

function turn(): void {
  isTurning = performance.now() < untilMs
  // Everything else of the loop has its turn in between.
  if (isTurning) setImmediate(turn)
}
