/**
 * Finds the variables of a running program in a guest's memory: those of its innermost function.
 *
 * No code of the guest runs, and nothing of its memory changes. As in `heap-reader.ts` an address is
 * only ever an index into the memory, and every loop has a bound: memory that is not as expected has
 * no variables.
 */

import { PROGRAM_FILE } from '../guest.ts'
import {
  CAPTURED_NAME,
  CAPTURED_VALUE,
  CODE,
  CURRENT_FRAME,
  FRAME,
  FUNCTION,
  type HeapLayout,
  NAME_BYTES,
  STRING_HEADER_BYTES,
} from './heap-fields.ts'

/** Frames that are looked at, and variables of one. */
const MAX_FRAMES = 2000
const MAX_VARIABLES = 200
/** Characters of a name; a longer one is left out. */
const MAX_NAME = 200
/** The tags of a variable whose declaration has not run, and of `undefined`. */
const UNSET = 4
const UNDEFINED = 3
/** Of a string's first word: its length, and whether its characters have two bytes. */
const LENGTH = 0x7fffffff
const WIDE = 0x80000000
/** Names that a program can say, which ours are not. */
const NAME = /^(?!__latchd_)[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** A variable, and the address of its value's eight bytes. */
export interface FoundVariable {
  readonly name: string
  /** `undefined` before its declaration has run. */
  readonly at: number | undefined
}

/**
 * The variables of the innermost function of the program: its arguments, those that it declares, and
 * those of outer functions that it uses. Of twins, the one that was declared last.
 *
 * @param runtime address of the engine's runtime
 */
export function findVariables(
  memory: WebAssembly.Memory,
  layout: HeapLayout,
  runtime: number,
): FoundVariable[] {
  const view = new DataView(memory.buffer)
  const last = view.byteLength - 4
  const word = (at: number) => (at >= 0 && at <= last ? view.getUint32(at, true) : 0)
  const half = (at: number) => (at >= 0 && at <= last ? view.getUint16(at, true) : 0)
  const nameOf = (atom: number) => {
    const at = word(word(layout.atomTable) + 4 * atom)
    const head = word(at)
    const length = head & LENGTH
    const bytes = (head & WIDE) === 0 ? length : 2 * length
    const from = at + STRING_HEADER_BYTES
    if (length > MAX_NAME || from + bytes > view.byteLength) return ''
    const encoding = (head & WIDE) === 0 ? 'latin1' : 'utf16le'
    return Buffer.from(memory.buffer, from, bytes).toString(encoding)
  }
  const found = new Map<string, FoundVariable>()
  const add = (atom: number, at: number) => {
    const name = nameOf(atom)
    if (!NAME.test(name)) return
    const tag = word(at + 4)
    // A block that has not begun has its variables undefined.
    if (found.has(name) && (tag === UNSET || tag === UNDEFINED)) return
    found.set(name, { name, at: tag === UNSET ? undefined : at })
  }
  let frame = word(runtime + CURRENT_FRAME)
  for (let i = 0; frame !== 0 && i < MAX_FRAMES; i++, frame = word(frame + FRAME.previous)) {
    const fn = word(frame + FRAME.fn)
    const code = word(fn + FUNCTION.bytecode)
    if (nameOf(word(code + CODE.file)) !== PROGRAM_FILE) continue
    const captured = half(code + CODE.capturedCount)
    for (let j = 0; j < captured && j < MAX_VARIABLES; j++) {
      const name = word(code + CODE.capturedNames) + CAPTURED_NAME.bytes * j + CAPTURED_NAME.atom
      add(word(name), word(word(word(fn + FUNCTION.captured) + 4 * j) + CAPTURED_VALUE))
    }
    const args = half(code + CODE.argCount)
    const own = args + half(code + CODE.variableCount)
    for (let j = 0; j < own && j < MAX_VARIABLES; j++) {
      const values = word(frame + (j < args ? FRAME.args : FRAME.variables))
      add(word(word(code + CODE.names) + NAME_BYTES * j), values + 8 * (j < args ? j : j - args))
    }
    break
  }
  return [...found.values()].slice(0, MAX_VARIABLES)
}
