/** Text in a box of rows and columns, as Node's `console.table` draws it. */

import { columnsOf, MORE } from './inspect/inspect-text.ts'
import { arrayJoin, max, stringRepeat, unlinkedList } from './primordials.ts'

/**
 * The box of a table: `head` names the columns, each column holds its cells, an absent one is
 * empty. Rows that would make the text longer than `maxLength` characters are left out.
 */
export function drawTable(
  head: string[],
  columns: (string | undefined)[][],
  rowCount: number,
  maxLength: number,
): string {
  const widths = unlinkedList<number>()
  const lines = unlinkedList<string>()
  for (let column = 0; column < head.length; column++) {
    let width = columnsOf(head[column] as string)
    const cells = columns[column] as (string | undefined)[]
    for (let row = 0; row < rowCount; row++) width = max(width, columnsOf(cells[row] ?? ''))
    widths[column] = width
    lines[column] = stringRepeat('─', width + 2)
  }
  let text =
    '┌' +
    arrayJoin(lines, '┬') +
    '┐\n' +
    drawRow(head, widths) +
    '\n├' +
    arrayJoin(lines, '┼') +
    '┤\n'
  for (let row = 0; row < rowCount; row++) {
    if (text.length > maxLength) return text + MORE
    const cells = unlinkedList<string>()
    for (let column = 0; column < head.length; column++) {
      cells[column] = (columns[column] as (string | undefined)[])[row] ?? ''
    }
    text += drawRow(cells, widths) + '\n'
  }
  return text + '└' + arrayJoin(lines, '┴') + '┘'
}

function drawRow(cells: string[], widths: number[]): string {
  let row = '│ '
  for (let column = 0; column < cells.length; column++) {
    const cell = cells[column] as string
    row += cell + stringRepeat(' ', (widths[column] as number) - columnsOf(cell))
    row += column === cells.length - 1 ? ' │' : ' │ '
  }
  return row
}
