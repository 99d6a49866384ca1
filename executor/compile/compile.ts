import { noNames, writeSessionLine } from '../engine/session-code.ts'
import { makeCallsConcurrent } from './concurrent-calls.ts'
import { Edits } from './edits.ts'
import { eraseTypes } from './erase-types.ts'
import { unfence } from './fences.ts'
import { type Language, parse } from './parse.ts'
import { type Program, programOf } from './program.ts'
import { putIntoBlock } from './program-block.ts'
import { keepNames } from './session-names.ts'
import { Refusal, type SourceError, toSourceError } from './source-error.ts'

export type { Language } from './parse.ts'
export { type Program, programFrom } from './program.ts'
export type { SourceError } from './source-error.ts'

/**
 * What becomes of the names that a source declares at its top level: those of a `program` end with
 * it, those of a `session` are kept for its later programs.
 */
export type Mode = 'program' | 'session'

/** A program, or why there is none. */
export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly error: SourceError }

const TYPESCRIPT_TAGS = new Set(['ts', 'typescript', 'mts', 'cts'])

const TYPES_HINT = 'This is TypeScript: send it with the language "typescript".'

/**
 * Turns a source into a program for the engine.
 *
 * The source is not trusted: whatever it is, the answer is a program or a syntax error, in a time
 * that is bounded by its length.
 *
 * @param language of the source; a fence that says TypeScript makes it TypeScript
 */
export function compile(source: string, language: Language, mode: Mode = 'program'): Compilation {
  const { text, tag = '' } = unfence(source)
  const written = TYPESCRIPT_TAGS.has(tag) ? 'typescript' : language
  try {
    return { ok: true, program: toProgram(text, written, mode) }
  } catch (error) {
    const reason = toSourceError(error, source)
    const isHinted = reason.hint === undefined && written === 'javascript'
    const hint = isHinted && error instanceof SyntaxError && isTypeScript(text) && TYPES_HINT
    return { ok: false, error: hint ? { ...reason, hint } : reason }
  }
}

function toProgram(text: string, language: Language, mode: Mode): Program {
  const { program, isObject } = parse(text, language)
  const edits = new Edits()
  const code = language === 'typescript' ? eraseTypes(text, program, edits) : text
  // It would no longer stand at the very beginning.
  if (code.startsWith('#!')) edits.replace(0, 2, '//')
  if (isObject) {
    const [object] = program.body as [{ start: number; end: number }]
    edits.wrap(object.start, object.end, '(', ')')
  } else if (mode === 'program') putIntoBlock(code, program, edits)
  const names = isObject || mode === 'program' ? noNames : keepNames(code, program, edits)
  // After what encloses the whole program: helpers are made known inside of that.
  makeCallsConcurrent(code, program, edits, mode)
  const magic = edits.apply(code)
  return mode === 'program' ? programOf(magic) : programOf(magic, writeSessionLine(names))
}

function isTypeScript(text: string): boolean {
  try {
    parse(text, 'typescript')
    return true
  } catch (error) {
    // Any reason will do: it is not TypeScript that could run either.
    if (error instanceof SyntaxError || error instanceof Refusal) return false
    throw error
  }
}
