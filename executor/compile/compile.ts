import type { Language } from '../../protocol/execution/execution.ts'
import { noNames, writeSessionLine } from '../boundary/session-code.ts'
import { eraseTypes } from './erase/erase-types.ts'
import { parse } from './parse/parse.ts'
import { putIntoBlock } from './parse/program-block.ts'
import { type ProgramText, parsed, programText } from './parse/program-text.ts'
import { type SourceError, toSourceError } from './parse/source-error.ts'
import { awaitAnswers } from './rewrite/awaited-answers.ts'
import { nameCaught } from './rewrite/caught-errors.ts'
import { makeCallsConcurrent } from './rewrite/concurrent-calls.ts'
import { Edits } from './rewrite/edits.ts'
import { type Program, programOf } from './rewrite/program.ts'
import { markEnd } from './rewrite/program-end.ts'
import { keepNames } from './rewrite/session-names.ts'
import { type Entry, entryOf, takeDefaultExport } from './rewrite/shapes.ts'
import { spreadStrings } from './rewrite/string-spreads.ts'

export type { SourceError } from './parse/source-error.ts'
export { type Program, programFrom } from './rewrite/program.ts'

/**
 * Where the names go that a source declares at its top level. Those of a `program` end with it.
 * Those of a `session` are kept for its later programs.
 */
export type Mode = 'program' | 'session'

/** A program, or the reason why there is none. */
export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly error: SourceError }

const TYPES_HINT = 'This is TypeScript: send it with the language "typescript".'

/**
 * Turns a source into a program for the engine.
 *
 * The source is not trusted. Any source gives a program or a syntax error, in a time that its
 * length bounds.
 *
 * @param language of the source; a fence that says TypeScript makes it TypeScript
 */
export function compile(source: string, language: Language, mode: Mode = 'program'): Compilation {
  let program: ProgramText | undefined
  try {
    program = programText(source, language)
    return { ok: true, program: toProgram(program.text, program.language, mode) }
  } catch (error) {
    const reason = toSourceError(error, source)
    if (reason.hint !== undefined || program?.language !== 'javascript') {
      return { ok: false, error: reason }
    }
    const isHinted = error instanceof SyntaxError && parsed(program.text, 'typescript')
    return { ok: false, error: isHinted ? { ...reason, hint: TYPES_HINT } : reason }
  }
}

function toProgram(text: string, language: Language, mode: Mode): Program {
  const { program, isExpression } = parse(text, language)
  const edits = new Edits()
  const code = language === 'typescript' ? eraseTypes(text, program, edits) : text
  // It would no longer stand at the very beginning.
  if (code.startsWith('#!')) edits.replace(0, 2, '//')
  const exported = takeDefaultExport(code, program, edits, mode)
  const entry = entryOf(program, exported, mode)
  // A session's function declarations end up apart from its other statements, a program's do not.
  if (mode === 'session') callEntry(entry, edits)
  let isInFunction = false
  if (isExpression) {
    const [whole] = program.body as [{ start: number; end: number }]
    edits.wrap(whole.start, whole.end, '(', ')')
  } else if (mode === 'program') isInFunction = putIntoBlock(code, program, edits)
  const names = isExpression || mode === 'program' ? noNames : keepNames(code, program, edits)
  if (mode === 'program') callEntry(entry, edits, isInFunction)
  if (entry?.kind === 'expression') edits.wrap(entry.fn.start, entry.fn.end, '(', ')()')
  // After the edits that enclose the whole program: helpers are made known inside of those.
  makeCallsConcurrent(code, program, edits, mode)
  spreadStrings(code, program, edits)
  // In a session the error may be of an earlier program's function, whose source is not at hand.
  if (mode === 'program') nameCaught(code, program, edits)
  awaitAnswers(code, program, edits, mode === 'session')
  const magic = edits.apply(code)
  markEnd(magic, mode === 'session')
  return mode === 'program' ? programOf(magic) : programOf(magic, writeSessionLine(names))
}

function callEntry(entry: Entry | undefined, edits: Edits, isInFunction = false): void {
  if (entry?.kind === 'statement') {
    const { after, text } = entry
    edits.wrap(after.start, after.end, '', isInFunction ? `;return ${text}` : `;${text}`)
  }
}
