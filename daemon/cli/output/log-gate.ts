/** Holds the first lines of the log back, so that the line that says where the daemon listens is first. */

export interface LogGate {
  /** Takes a line. */
  readonly write: (line: string) => void
  /** Lets go of what was held, and holds nothing any more. */
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
