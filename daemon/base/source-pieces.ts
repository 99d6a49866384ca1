/** The parts of a program that are shown in a colour of their own, by acorn's tokens. */

import { type Token, tokenizer, tokTypes } from 'acorn'

/** What a part is. */
export type PieceKind = 'keyword' | 'text' | 'number' | 'comment'

/** A part of a source, by offsets of UTF-16 units; what lies between parts has no kind. */
export interface SourcePiece {
  readonly kind: PieceKind
  readonly start: number
  readonly end: number
}

/** Words that acorn reports as names, since they are names in other places. */
const contextual = new Set(['async', 'await', 'let', 'of'])

/** The parts in order. From a place that is not valid syntax on there are none. */
export function sourcePieces(source: string): SourcePiece[] {
  const found: SourcePiece[] = []
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
function kindOf({ type }: Token, text: string): PieceKind | undefined {
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
