/** Lines for people and pipes. */

import type { Variables } from '../config/written-value.ts'
import type { Output } from './terminal.ts'

/**
 * Writes a line. What a guest or a tool wrote could steer a terminal by control characters: a
 * terminal gets them escaped, a pipe as they are.
 */
export function print(output: Output, text: string): void {
  output.write(`${output.isTTY ? escapeControls(text) : text}\n`)
}

/** Whether colours may be written: to a terminal that shows them, unless `NO_COLOR` says not. */
export function isColoured(output: Output, { NO_COLOR, TERM }: Variables): boolean {
  return output.isTTY === true && !NO_COLOR && TERM !== 'dumb'
}

/** C0 and C1 controls but tab and line feed, and the marks that reorder text (Trojan Source). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** A text that steers no terminal. */
export function escapeControls(text: string): string {
  return text.replace(controls, control => {
    const code = control.charCodeAt(0)
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** The first line of a text. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] as string
}
