/**
 * The text of a session's program.
 *
 * Its first line is a comment. It names what the program declares and says where its functions
 * stand, so this one text is all that is stored and mapped. The engine runs it as two scripts with
 * the same lines and columns. The first holds the functions, which exist before anything else runs;
 * the second holds the rest.
 */

/** The names that a session's program declares at its top level. */
export interface SessionNames {
  /** By `let`, `const` and `class`, and by `using`. */
  readonly lexical: readonly string[]
  /** By `var`, and by functions in blocks. */
  readonly vars: readonly string[]
  readonly functions: readonly string[]
  /** The names of `lexical` that `using` declares, which end with the program. */
  readonly resources: readonly string[]
  /**
   * The lines of the source that declare them, from 1: those of `lexical`, then of `vars`, then of
   * `functions`; 0 for a name that is declared in an inner block.
   */
  readonly lines: readonly number[]
  readonly isStrict: boolean
  /** Where the functions stand in the text after its first line, in order. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[]
}

/** For a program that declares nothing. */
export const noNames: SessionNames = {
  lexical: [],
  vars: [],
  functions: [],
  resources: [],
  lines: [],
  isStrict: false,
  ranges: [],
}

/** The two scripts of a program, and its declarations as the prelude reads them. */
export interface SessionScripts {
  readonly names: string
  /** Assigns the functions; `undefined` when there are none. */
  readonly functions: string | undefined
  readonly rest: string
}

/** The declarations of a session's program, read from its text. */
export function readSessionNames(code: string): SessionNames {
  return JSON.parse(code.slice('//'.length, code.indexOf('\n'))) as SessionNames
}

/** The first line of a session's program, without its line end. */
export const writeSessionLine = (names: SessionNames): string => `//${JSON.stringify(names)}`

/** Takes the text of a session's program apart. */
export function readSessionCode(code: string): SessionScripts {
  const lineEnd = code.indexOf('\n')
  const names = code.slice('//'.length, lineEnd)
  const { ranges, isStrict } = JSON.parse(names) as SessionNames
  const text = code.slice(lineEnd + 1)
  if (ranges.length === 0) return { names, functions: undefined, rest: `\n${text}` }
  let functions = isStrict ? '"use strict";\n' : '\n'
  let rest = '\n'
  let at = 0
  for (const { start, end } of ranges) {
    const before = text.slice(at, start)
    const declaration = text.slice(start, end)
    functions += blank(before) + declaration
    // The statement ends where it ended, or the ones around it would become one.
    rest += `${before};${blank(declaration.slice(1))}`
    at = end
  }
  return { names, functions, rest: rest + text.slice(at) }
}

/** White space of one to four bytes of UTF-8: the engine counts columns in bytes. */
const WHITE = ['', ' ', '\u00a0', '\u3000', '\u00a0\u00a0']

/** White space of the same lines and the same columns. */
function blank(text: string): string {
  return text
    .replace(/[!-~]+/g, ({ length }) => ' '.repeat(length))
    .replace(/[^\0-\x7f\u2028\u2029]/gu, character => WHITE[Buffer.byteLength(character)] ?? ' ')
}
