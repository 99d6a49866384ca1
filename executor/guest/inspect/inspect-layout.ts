/**
 * How the printed entries of one value share lines: all on one, in columns, or one per line.
 * `layOut` is Node's `reduceToSingleString`, `intoColumns` its `groupArrayElements`:
 * https://github.com/nodejs/node/blob/v26.x/lib/internal/util/inspect.js
 */

import {
  arrayJoin,
  floor,
  max,
  min,
  round,
  sqrt,
  stringIndexOf,
  stringPadEnd,
  stringPadStart,
  stringRepeat,
  unlinkedList,
} from '../primordials.ts'
import { columnsOf } from './inspect-text.ts'

/** The facts on which the layout of one value depends. */
export type Layout = {
  indentation: number
  breakLength: number
  compact: number
  maxArrayLength: number
}

/**
 * The printed parts of one value: `base open entries close`. `isNumeric` columns align right.
 * `depthBelow` counts the levels inside it.
 */
export type Parts = {
  base: string
  open: string
  close: string
  entries: string[]
  isList: boolean
  isNumeric: boolean
  depthBelow: number
}

/** The text of one value. */
export function layOut(layout: Layout, parts: Parts): string {
  const { base, open, close, depthBelow } = parts
  const head = base === '' ? open : base + ' ' + open
  let { entries } = parts
  if (layout.compact >= 1) {
    const count = entries.length
    // Node groups the entries of a list of more than six.
    if (parts.isList && count > 6) entries = intoColumns(layout, entries, parts.isNumeric)
    if (depthBelow < layout.compact && count === entries.length) {
      // The 10 is Node's allowance for the text around the entries.
      const start = count + layout.indentation + open.length + base.length + 10
      if (fits(layout, entries, start, base)) {
        const line = arrayJoin(entries, ', ')
        if (stringIndexOf(line, '\n') === -1) return head + ' ' + line + ' ' + close
      }
    }
  }
  const lineBreak = '\n' + stringRepeat(' ', layout.indentation)
  return head + lineBreak + '  ' + arrayJoin(entries, ',' + lineBreak + '  ') + lineBreak + close
}

function fits(layout: Layout, entries: string[], start: number, base: string): boolean {
  const { breakLength } = layout
  let total = entries.length + start
  if (total + entries.length > breakLength) return false
  for (let at = 0; at < entries.length; at++) {
    total += (entries[at] as string).length
    if (total > breakLength) return false
  }
  return base === '' || stringIndexOf(base, '\n') === -1
}

function intoColumns(layout: Layout, entries: string[], isNumeric: boolean): string[] {
  const { maxArrayLength, breakLength, indentation } = layout
  const hasRest = maxArrayLength < entries.length
  // The line "... n more items" is not a cell.
  const count = hasRest ? entries.length - 1 : entries.length
  const separator = 2
  const widths = unlinkedList<number>()
  let total = 0
  let widest = 0
  for (let at = 0; at < count; at++) {
    const text = entries[at] as string
    const width = isNumeric ? text.length : columnsOf(text)
    widths[at] = width
    total += width + separator
    if (width > widest) widest = width
  }
  const cell = widest + separator
  if (cell * 3 + indentation >= breakLength || (total / cell <= 5 && widest > 6)) return entries

  // Node aims at a square. A character is about 2.5 times as high as wide.
  const bias = sqrt(cell - total / entries.length)
  const biased = max(cell - 3 - bias, 1)
  const columns = min(
    round(sqrt(2.5 * biased * count) / biased),
    floor((breakLength - indentation) / cell),
    layout.compact * 4,
    15,
  )
  if (columns <= 1) return entries

  const columnWidths = unlinkedList<number>()
  for (let column = 0; column < columns; column++) {
    let width = 0
    for (let at = column; at < count; at += columns) width = max(width, widths[at] as number)
    columnWidths[column] = width + separator
  }
  const rows = unlinkedList<string>()
  for (let first = 0; first < count; first += columns) {
    const end = min(first + columns, count)
    let row = ''
    for (let at = first; at < end; at++) {
      const text = entries[at] as string
      const isLast = at === end - 1
      // `padStart` counts UTF-16 units where the column counts terminal columns.
      const surplus = text.length - (widths[at] as number)
      const width = (columnWidths[at - first] as number) + surplus
      if (isNumeric)
        row += isLast ? stringPadStart(text, width - separator) : stringPadStart(text + ', ', width)
      else row += isLast ? text : stringPadEnd(text + ', ', width)
    }
    rows[rows.length] = row
  }
  if (hasRest) rows[rows.length] = entries[count] as string
  return rows
}
