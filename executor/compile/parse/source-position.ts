/** A place in a text as people count: 1-based, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A line end, for editors and for the guest's engine alike (neither counts U+2028). */
export const LINE_END = /\r\n|\n|\r/g

/** The position of an offset. */
export function positionAt(text: string, offset: number): Position {
  let line = 1
  let start = 0
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    if (index + end.length > offset) break
    line++
    start = index + end.length
  }
  return { line, column: offset - start + 1 }
}

/** The offset of a position. */
export function offsetAt(text: string, { line, column }: Position): number {
  let start = 0
  let current = 1
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    if (current === line) break
    current++
    start = index + end.length
  }
  return start + column - 1
}
