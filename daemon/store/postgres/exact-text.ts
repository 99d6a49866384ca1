/**
 * Texts of programs in columns, exactly: as JSON string literals.
 *
 * PostgreSQL's `text` holds neither NUL nor lone surrogates, which programs may say. A literal of JSON
 * escapes both.
 */

/** Encodes a string for a column. */
export function toLiteral(text: string): string {
  return JSON.stringify(text)
}

/** Decodes the text of a column; the inverse of {@link toLiteral}. */
export function fromLiteral(literal: string): string {
  return JSON.parse(literal)
}

/** As {@link fromLiteral}; `undefined` for a column that is null. */
export function fromLiteralOrNull(literal: string | null): string | undefined {
  return literal === null ? undefined : fromLiteral(literal)
}
