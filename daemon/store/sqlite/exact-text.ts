/**
 * Texts of programs in columns, exactly, even when they are not well-formed Unicode.
 *
 * SQLite's TEXT is UTF-8, which cannot hold lone surrogates: node:sqlite replaces them. Such a string
 * is stored as a BLOB of its UTF-16 code units, which only a column of type ANY can hold.
 */

/** A string as a column holds it: itself, or the bytes of UTF-16LE when it is not well-formed. */
export type TextColumn = string | Uint8Array

/** Encodes a string for a column. */
export function toColumn(text: string): TextColumn {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le')
}

/** Decodes the text of a column; the inverse of {@link toColumn}. */
export function fromColumn(column: TextColumn): string {
  if (typeof column === 'string') return column
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('utf16le')
}
