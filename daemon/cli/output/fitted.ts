/** Lines as long as a terminal is wide. */

import type { Output } from '../../lifecycle/terminal.ts'

/** Cuts each line at the terminal's width; a pipe gets all of it. */
export function fitted(text: string, { isTTY, columns }: Output): string {
  if (isTTY !== true || columns === undefined) return text
  return text
    .split('\n')
    .map(line => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`))
    .join('\n')
}
