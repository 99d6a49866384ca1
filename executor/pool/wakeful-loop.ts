/**
 * Keeps the event loop of this thread from sleeping for a moment, so that it takes messages at once,
 * and looks into the slots of lanes in each of its turns.
 */

/** What is looked at. */
export interface Looked {
  startLooking(): void
  /** Whether there was something, which it has dealt with. */
  look(): boolean
  stopLooking(): void
}

/** Looks in one turn of the event loop: ten to twenty microseconds, in which all else waits. */
const LOOKS = 100

let untilMs = 0
let inVainMs = 0
let isTurning = false
const looked = new Set<Looked>()

/** Has the event loop turn without a sleep, and look at a lane. @param ms for how long: a fraction of one */
export function stayAwake(ms: number, lane: Looked): void {
  untilMs = performance.now() + ms
  if (!looked.has(lane)) {
    looked.add(lane)
    lane.startLooking()
  }
  goOn()
}

/** Milliseconds so far in which it looked for nothing, and would have slept. */
export const idleMs = (): number => inVainMs

/** Lets the event loop sleep again: what was awaited has come. */
export function mayFallAsleep(): void {
  untilMs = 0
}

function turn(): void {
  const fromMs = performance.now()
  let hasSome = true
  try {
    hasSome = lookAround()
  } finally {
    isTurning = false
    const nowMs = performance.now()
    if (!hasSome) inVainMs += nowMs - fromMs
    // What was there may be answered before the next turn, after which there is more.
    if (hasSome || nowMs < untilMs) goOn()
    else stop()
  }
}

/** Everything else of the loop has its turn in between. */
function goOn(): void {
  if (isTurning) return
  isTurning = true
  setImmediate(turn)
}

function lookAround(): boolean {
  for (let looks = 0; looks < LOOKS; looks++) {
    for (const lane of looked) if (lane.look()) return true
    Atomics.pause()
  }
  return false
}

function stop(): void {
  try {
    // A copy: one that is added meanwhile has the next turn.
    for (const lane of [...looked]) {
      looked.delete(lane)
      lane.stopLooking()
    }
  } finally {
    // One has failed, or was added: what is left has the next turn.
    if (looked.size > 0) goOn()
  }
}
