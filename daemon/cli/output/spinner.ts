/** A line on a terminal that shows progress and the tools that the program waits for. */

import type { Output } from '../../lifecycle/terminal.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** About as often as an eye follows. */
const FRAME_MS = 100
/** "Carriage return" and "erase in line" of ECMA-48. */
const ERASE = '\r\x1b[2K'
/** For terminals that do not report their width; some report 0. */
const DEFAULT_COLUMNS = 80

/** A spinner that {@link startSpinner} has started. */
export interface Spinner {
  /** Takes the line away, so that something else can be written; the next frame brings it back. */
  clear(): void
  /** Takes the line away for good. */
  stop(): void
}

/**
 * Starts a spinner. An output that is not a terminal gets none.
 *
 * @param describe gives the text of each frame; `undefined` hides the line
 */
export function startSpinner(output: Output, describe: () => string | undefined): Spinner {
  if (!output.isTTY) return { clear() {}, stop() {} }
  const startedAtMs = performance.now()
  let isShown = false
  let frame = 0
  const clear = () => {
    if (isShown) output.write(ERASE)
    isShown = false
  }
  const draw = () => {
    const what = describe()
    if (what === undefined) return
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
    const text = `${FRAMES[frame++ % FRAMES.length]} ${seconds}s ${what}`
    // A line that wraps could not be erased.
    output.write(`${ERASE}${text.slice(0, (output.columns || DEFAULT_COLUMNS) - 1)}`)
    isShown = true
  }
  const timer = setInterval(draw, FRAME_MS)
  return {
    clear,
    stop() {
      clearInterval(timer)
      clear()
    },
  }
}
