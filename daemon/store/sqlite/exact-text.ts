/**
 * Texts of programs in columns: exactly, also where they are not well-formed Unicode.
 *
 * SQLite's TEXT is UTF-8, which has no lone surrogates: node:sqlite replaces them. A text that has
 * some is kept as a BLOB of its UTF-16 code units, which only a column of type ANY can hold.
 */

export type TextColumn = string | Uint8Array

export function toColumn(text: string): TextColumn {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le')
}

export function fromColumn(column: TextColumn): string {
  if (typeof column === 'string') return column
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('utf16le')
}
