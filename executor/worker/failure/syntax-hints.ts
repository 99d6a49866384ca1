/** One sentence that helps a model to repair a source that does not parse. */

import { positionAt } from '../../compile/parse/source-position.ts'
import { foreignHint } from './foreign-texts.ts'
import { type Opening, openingsAt } from './open-brackets.ts'

/** A source that does not parse, and where. */
export interface UnparsedSource {
  readonly source: string
  readonly message: string
  /** Of the error, in the source. */
  readonly offset: number
  readonly tools: readonly string[]
}

/** Forms in `${…}` that shells have and JavaScript does not. */
const SHELL_EXPANSION =
  /^\$\{(?:[#!]|[\w@*]+(?:\[[^\]`}]*\])?(?::?[-+?=]|:\d|[#%^,/@]))[^`]*|^\$\{\}/
const TYPOGRAPHIC = /[“”„‘’‚«»]/
const INVISIBLE = /[\u200b-\u200f\u2060\u00ad]/

/** For a source that does not parse; `undefined` when nothing helps more than the message. */
export function hintForSyntax(unparsed: UnparsedSource): string | undefined {
  const { source, offset, tools } = unparsed
  const character = source.charAt(offset)
  if (TYPOGRAPHIC.test(character)) {
    return `Typographic quotes (${character}) quote nothing in JavaScript: use ' or ".`
  }
  if (INVISIBLE.test(character)) {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return `An invisible character (U+${code}) stands here: delete it.`
  }
  const open = openingsAt(source, offset)
  return (
    templateHint(source, offset, open) ??
    foreignHint(source, lineAt(source, offset), tools) ??
    openingHint(unparsed, open)
  )
}

function lineAt(source: string, offset: number): string {
  const start = Math.max(source.lastIndexOf('\n', offset - 1), source.lastIndexOf('\r', offset - 1))
  return source.slice(start + 1).split(/[\r\n]/, 1)[0] ?? ''
}

function templateHint(
  source: string,
  offset: number,
  open: readonly Opening[],
): string | undefined {
  const expression = open.findLast(({ mark }) => mark === '${')
  if (expression !== undefined && SHELL_EXPANSION.test(source.slice(expression.at))) {
    const isRaw = /String\.raw\s*`[^`]*$/.test(source.slice(0, expression.at))
    const raw = isRaw ? ' (a backslash would stay in the text of String.raw)' : ''
    return `Inside a template literal \${ begins an expression: write \${'$'}{ for the two characters, or put the text in quotes${raw}.`
  }
  // A template that has just ended, with a word right behind it: the back-tick was meant as text.
  if (
    /`[ \t]*$/.test(source.slice(Math.max(0, offset - 8), offset)) &&
    /[\w$.\-/<#*]/.test(source.charAt(offset))
  ) {
    return 'A back-tick ends the template literal that it stands in: write \\` for the character, or put the text in quotes.'
  }
  return undefined
}

const NAMES: Readonly<Record<string, string>> = { '`': 'template literal', '${': 'expression ${' }

/** Names the bracket that is still open where it should be closed. */
function openingHint(
  { source, message, offset }: UnparsedSource,
  open: readonly Opening[],
): string | undefined {
  const at = (place: number) => {
    const { line, column } = positionAt(source, place)
    return `line ${line}, column ${column}`
  }
  if (message.startsWith('Unterminated string')) {
    return `The string that opens at ${at(offset)} is not closed on its line: close it, or use a template literal for several lines.`
  }
  if (message.startsWith('Unterminated comment')) {
    return `The comment that opens at ${at(offset)} is not closed: end it with */.`
  }
  if (message.startsWith('Unterminated template')) {
    const template = open.findLast(({ mark }) => mark === '`')?.at ?? offset
    return `The template literal that opens at ${at(template)} is not closed: end it with a back-tick.`
  }
  const inner = open.at(-1)
  const isEnd = source.slice(offset).trim() === ''
  const isOtherEnd = ')]}'.includes(source.charAt(offset) || ' ')
  if (inner === undefined) {
    return isOtherEnd
      ? `The ${source.charAt(offset)} closes nothing: delete it, or open what it is to close.`
      : undefined
  }
  if (!isEnd && !isOtherEnd) {
    const isList = inner.mark === '(' || inner.mark === '['
    if (!isList || !/[\w$'"`]/.test(source.charAt(offset))) return undefined
    return `A comma, an operator or the end of the ${inner.mark} that opens at ${at(inner.at)} is missing before this.`
  }
  const name = NAMES[inner.mark] ?? inner.mark
  return `The ${name} that opens at ${at(inner.at)} is not closed.`
}
