/** Tables for people. */

import type { Output } from '../../lifecycle/terminal.ts'

/** Rows as aligned columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ')
  return rows.map(row => line(row).trimEnd()).join('\n')
}

/** Cuts each line at the terminal's width; a pipe gets all of it. */
export function fitted(text: string, { isTTY, columns }: Output): string {
  if (isTTY !== true || columns === undefined) return text
  return text
    .split('\n')
    .map(line => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`))
    .join('\n')
}
