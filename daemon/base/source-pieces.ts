/**
 * The parts of a program that are shown in a colour of their own: by acorn's tokens, and for Python
 * by those of `python-pieces.ts`.
 */

import { type Token, tokenizer, tokTypes } from 'acorn'
import type { Language } from '../../protocol/execution/execution.ts'
import { pythonPieces } from './python-pieces.ts'
import type { PieceKind, SourcePiece } from './source-piece.ts'

/** Words that acorn reports as names, since they are names in other places. */
const contextual = new Set(['async', 'await', 'let', 'of'])

/** The parts in order. From a place that is not valid syntax on there may be none. */
export function sourcePieces(source: string, language: Language): SourcePiece[] {
  return language === 'python' ? pythonPieces(source) : scriptPieces(source)
}

function scriptPieces(source: string): SourcePiece[] {
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
