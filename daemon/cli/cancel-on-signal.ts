import type { StopSignal, Terminal } from '../lifecycle/terminal.ts'
import { exitCodes } from './exit-codes.ts'

/** Signals of the process, as what cancels the work that a command has begun. */
export interface Cancelling {
  /** Aborted by the first signal; the work's end is waited for. The second one ends the process. */
  readonly signal: AbortSignal
  /** Which signal it was, if one came. */
  readonly stoppedBy: StopSignal | undefined
  /** Stops handling signals. */
  stop(): void
}

/** Cancels by signals from now on. */
export function cancelOnSignal(terminal: Terminal): Cancelling {
  const cancel = new AbortController()
  let stoppedBy: StopSignal | undefined
  const stop = terminal.onSignal(signal => {
    if (stoppedBy !== undefined) terminal.exit(exitCodes[signal])
    stoppedBy = signal
    cancel.abort()
  })
  return {
    signal: cancel.signal,
    get stoppedBy() {
      return stoppedBy
    },
    stop,
  }
}
