/** Text that cannot steer a terminal. */

/** C0 and C1 controls but tab and line feed, and the marks that reorder text (Trojan Source). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** A string that steers no terminal. */
export function escapeControls(text: string): string {
  return text.replace(controls, control => {
    const code = control.charCodeAt(0)
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
