/**
 * The parts of a Python program that are shown in a colour of their own, by Lezer's grammar. It is
 * loaded for the first program in Python.
 */

import { createRequire } from 'node:module'
import type * as Highlight from '@lezer/highlight'
import type * as Python from '@lezer/python'
import type { PieceKind, SourcePiece } from './source-piece.ts'

const load = createRequire(import.meta.url)

type Pieces = (source: string) => SourcePiece[]
let opened: Pieces | undefined

/** The parts in order, also of a program that is not valid syntax. */
export function pythonPieces(source: string): SourcePiece[] {
  opened ??= open()
  return opened(source)
}

function open(): Pieces {
  const { parser } = load('@lezer/python') as typeof Python
  const { highlightTree, tagHighlighter, tags } = load('@lezer/highlight') as typeof Highlight
  const kinds: Record<PieceKind, Parameters<typeof tagHighlighter>[0][number]['tag']> = {
    keyword: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.bool, tags.null],
    text: [tags.string, tags.special(tags.string)],
    number: tags.number,
    comment: tags.comment,
  }
  const highlighter = tagHighlighter(
    Object.entries(kinds).map(([kind, tag]) => ({ tag, class: kind })),
  )
  return source => {
    const found: SourcePiece[] = []
    highlightTree(parser.parse(source), highlighter, (start, end, kind) => {
      found.push({ kind: kind as PieceKind, start, end })
    })
    return found
  }
}
