/** The state of one run of `inspect`, and the printing of values that have no parts. */

import {
  arrayJoin,
  numberToString,
  objectIs,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  symbolToString,
  unlinkedList,
} from '../primordials.ts'
import type { Layout } from './inspect-layout.ts'
import { quote } from './inspect-text.ts'

/** The state of one run. Each field is always its own, so that reading it meets no prototype. */
export type Inspection = Layout & {
  /** Levels that are shown below the first one. */
  depth: number
  maxStringLength: number
  /** Whether properties that are not enumerable are shown (`%o`). */
  showHidden: boolean
  /** Whether a fulfilled promise prints as its value. */
  unwrapsPromises: boolean
  /** The level of the innermost value printed last: what the layout calls its depth. */
  deepest: number
  /** The values that enclose the current one: the first `seenCount` of them. */
  seen: object[]
  seenCount: number
  /** The number of each value that a cycle leads to. */
  circular: Map<object, number> | undefined
  /** How many characters may still be printed; less than 0 when the bound is exceeded. */
  left: number
  /** Prints a value of any type: the recursion, handed in so that imports go one way. */
  print: (inspection: Inspection, value: unknown, level: number) => string
}

// The characters around an entry: a comma, a space or a line break and its indentation.
const entryOverhead = 4

/** Counts `text` against the bound of the run, and returns it. */
export function charge(inspection: Inspection, text: string): string {
  inspection.left -= text.length + entryOverhead
  return text
}

/** The text of a number: `-0` keeps its sign. */
export function numberText(value: number): string {
  return value === 0 && objectIs(value, -0) ? '-0' : numberToString(value)
}

/** The text of a value that is neither an object nor a function. */
export function primitiveText(inspection: Inspection, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(inspection, value)
    case 'number':
      return numberText(value)
    case 'bigint':
      return value + 'n'
    case 'symbol':
      return symbolToString(value)
    default:
      return '' + (value as boolean | undefined)
  }
}

function stringText(inspection: Inspection, value: string): string {
  const { maxStringLength, breakLength, indentation } = inspection
  let text = value
  let rest = ''
  if (text.length > maxStringLength) {
    const more = text.length - maxStringLength
    text = stringSlice(text, 0, maxStringLength)
    rest = '... ' + more + ' more character' + (more > 1 ? 's' : '')
  }
  // Node breaks a text of several lines when it is longer than 16 and does not fit its line.
  if (text.length <= 16 || text.length <= breakLength - indentation - 4) return quote(text) + rest
  let at = stringIndexOf(text, '\n')
  if (at === -1) return quote(text) + rest
  const lines = unlinkedList<string>()
  let from = 0
  while (at !== -1 && at < text.length - 1) {
    lines[lines.length] = quote(stringSlice(text, from, at + 1))
    from = at + 1
    at = stringIndexOf(text, '\n', from)
  }
  lines[lines.length] = quote(stringSlice(text, from))
  return arrayJoin(lines, ' +\n' + stringRepeat(' ', indentation + 2)) + rest
}
