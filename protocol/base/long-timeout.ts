/** Longest delay of Node's timers: a longer one would fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1

/** `setTimeout` for delays of any length; returns a function that cancels it. */
export function setLongTimeout(callback: () => void, delayMs: number): () => void {
  let timer: NodeJS.Timeout
  const arm = (restMs: number) => {
    timer =
      restMs > MAX_DELAY_MS
        ? setTimeout(() => arm(restMs - MAX_DELAY_MS), MAX_DELAY_MS)
        : setTimeout(callback, restMs)
  }
  arm(delayMs)
  return () => clearTimeout(timer)
}
