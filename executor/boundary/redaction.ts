/**
 * Takes secrets out of the texts of tools before they leave the host. The host decides what a
 * secret is.
 */
export interface Redaction {
  /** Whether a secret stands in a string, also in the way that JSON or a URL writes it. */
  isIn(text: string): boolean
  /** The text with a mark in the place of every secret. */
  text(text: string): string
  /** The value itself when no secret is in it, otherwise a copy with marks in their places. */
  value(value: unknown): unknown
}
