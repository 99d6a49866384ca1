/** Values that have a form of their own in the file, and are JSON in a variable. */

/** The value of a JSON text; another text unchanged, which no such setting allows. */
export function jsonFromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The check of the value says what is expected.
    return text
  }
}
