/** Colours of a program on a terminal, by acorn's tokens. */

import { type Token, tokenizer, tokTypes } from 'acorn'

/** "Select graphic rendition" of ECMA-48: foreground colours, and 39 for the terminal's own. */
const colours = { keyword: 35, text: 32, number: 33, comment: 90 } as const
const OWN_COLOUR = 39

type Kind = keyof typeof colours

/** Words that acorn reports as names, since they are names in other places. */
const contextual = new Set(['async', 'await', 'let', 'of'])

interface Piece {
  readonly kind: Kind
  readonly start: number
  readonly end: number
}

/**
 * Colours a program, each line by itself, so that lines may be indented. From a place that is not
 * valid syntax on, the text keeps the terminal's own colour.
 */
export function highlight(source: string): string {
  let text = ''
  let at = 0
  for (const { kind, start, end } of pieces(source)) {
    text += source.slice(at, start) + coloured(source.slice(start, end), colours[kind])
    at = end
  }
  return text + source.slice(at)
}

function coloured(text: string, colour: number): string {
  return text.replace(/^.+$/gm, line => `\x1b[${colour}m${line}\x1b[${OWN_COLOUR}m`)
}

function pieces(source: string): Piece[] {
  const found: Piece[] = []
  try {
    const tokens = tokenizer(source, {
      ecmaVersion: 'latest',
      onComment: (_isBlock, _text, start, end) => found.push({ kind: 'comment', start, end }),
    })
    for (const token of tokens) {
      const { start, end } = token
      const kind = kindOf(token, source.slice(start, end))
      if (kind !== undefined) found.push({ kind, start, end })
    }
  } catch {
    // The executor reports the syntax error.
  }
  return found
}

/** @param text of the token */
function kindOf({ type }: Token, text: string): Kind | undefined {
  if (type.keyword !== undefined) return 'keyword'
  switch (type) {
    case tokTypes.name:
      return contextual.has(text) ? 'keyword' : undefined
    case tokTypes.num:
      return 'number'
    case tokTypes.string:
    case tokTypes.template:
    case tokTypes.backQuote:
    case tokTypes.regexp:
      return 'text'
    default:
      return undefined
  }
}
