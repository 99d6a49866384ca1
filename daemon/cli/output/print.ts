/** Lines for people and pipes. */

import { escapeControls } from '../../base/escape-controls.ts'
import type { Variables } from '../../config/written-value.ts'
import type { Output } from '../../lifecycle/terminal.ts'

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

/** The first line of a string. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] as string
}
