import { PROGRAM_FILE } from '../engine/guest.ts'

/** A line of the engine's stack. */
export interface EngineFrame {
  /** Of the function; absent when it has none. */
  readonly name: string | undefined
  /**
   * The part that its function belongs to; `unknown` when it runs and has passed no noted place
   * yet.
   */
  readonly of: 'program' | 'prelude' | 'native' | 'unknown'
  /** The line of the code, 1-based; 0 when the engine does not know it. */
  readonly line: number
  /** In bytes of UTF-8, 1-based; 1 also when the engine does not know it. */
  readonly column: number
}

const FRAME = /^ {4}at (?:(.*) \()?([^()]*?):(\d+)(?::(\d+))?\)?$/
const PLACELESS = /^ {4}at (.*) \((native|missing)\)$/

/** The prelude's own function that is asked where the program stands. */
const ASKED = /^ {4}at currentStack \(latchd:.*\n/

/** Reads the engine's stack, innermost frame first. Lines that are not frames are left out. */
export function readStack(stack: string): EngineFrame[] {
  const frames: EngineFrame[] = []
  for (const text of stack.replace(ASKED, '').split('\n')) {
    const [, placeless, where] = PLACELESS.exec(text) ?? []
    if (placeless !== undefined) {
      const of = where === 'native' ? 'native' : 'unknown'
      frames.push({ name: nameOf(placeless), of, line: 0, column: 1 })
      continue
    }
    const [, name, file, line, column] = FRAME.exec(text) ?? []
    // `<input>` is a string that a built-in parses, as JSON.parse does.
    if (line === undefined || file === '<input>') continue
    frames.push({
      name: nameOf(name),
      of: file === PROGRAM_FILE ? 'program' : 'prelude',
      line: Number(line),
      column: Number(column ?? 1),
    })
  }
  return frames
}

const nameOf = (name: string | undefined) => (name === '<anonymous>' ? undefined : name)
