/** Holds the first lines of the log back, so that the line that says where the daemon listens is first. */

/** A gate before the log: it holds lines back until it is opened. */
export interface LogGate {
  /** Takes a line. */
  readonly write: (line: string) => void
  /** Writes the lines that were held, and holds none from then on. */
  open(): void
}

/** @param write where lines go in the end */
export function logGate(write: (line: string) => void): LogGate {
  let held: string[] | undefined = []
  return {
    write(line) {
      if (held === undefined) write(line)
      else held.push(line)
    },
    open() {
      const lines = held ?? []
      held = undefined
      for (const line of lines) write(line)
    },
  }
}
