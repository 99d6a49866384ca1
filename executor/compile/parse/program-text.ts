import { languageOfTag } from '../../../protocol/execution/code-fence.ts'
import type { Language } from '../../../protocol/execution/execution.ts'
import { unfence } from './fences.ts'
import { parse } from './parse.ts'
import { Refusal } from './source-error.ts'
import { forEachChild, type SyntaxNode } from './syntax-node.ts'

/** The program that a source holds. */
export interface ProgramText {
  /** As long as the source, every character of the program where it was. */
  readonly text: string
  readonly language: Language
}

/**
 * Takes the program out of a source.
 *
 * @throws {Refusal} when it holds several, or fences that begin no code block
 * @param language of the source; a code block that says TypeScript makes it TypeScript
 */
export function programText(source: string, language: Language): ProgramText {
  const languageOf = (tag: string) =>
    languageOfTag(tag) === 'typescript' ? 'typescript' : language
  const {
    text,
    tag = '',
    strayFence,
  } = unfence(source, (candidate, itsTag) => isProgram(candidate, languageOf(itsTag)))
  if (strayFence !== undefined) throw new Refusal(strayFence, NOT_ONE_BLOCK, ONE_BLOCK_HINT)
  return { text, language: languageOf(tag) }
}

const NOT_ONE_BLOCK = 'A Markdown fence does not begin the one code block of the source'
const ONE_BLOCK_HINT = 'Send one program, in one code block or without any.'

/** Whether a text is a program in which no fence was read as code. */
function isProgram(text: string, language: Language): boolean {
  const program = parsed(text, language)
  return program !== undefined && !hasFence(text, program)
}

/** The tree of a text; `undefined` when it does not parse. */
export function parsed(text: string, language: Language): SyntaxNode | undefined {
  try {
    return parse(text, language).program
  } catch (error) {
    // An error of any kind: it is not a program.
    if (error instanceof SyntaxError || error instanceof Refusal) return undefined
    throw error
  }
}

/** Whether a fence was read as templates: an empty one, and at once another one. */
function hasFence(text: string, program: SyntaxNode): boolean {
  const open = [program]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { type, start, end } = node
    if (type === 'TemplateLiteral' && end - start === 2 && text.charAt(end) === '`') return true
    forEachChild(node, child => {
      open.push(child)
    })
  }
  return false
}
