/** A part of a program that is shown in a colour of its own. */

/** What a part is. */
export type PieceKind = 'keyword' | 'text' | 'number' | 'comment'

/** A part of a source, by offsets of UTF-16 units; what lies between parts has no kind. */
export interface SourcePiece {
  readonly kind: PieceKind
  readonly start: number
  readonly end: number
}
