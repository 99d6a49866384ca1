/** A value that an app gave, as a message about it shows it. */

import { kindWords } from './kind-words.ts'

/** Longest text of a value in a message. */
const MAX_SHOWN = 100

/** A value as it is written where it is short, any other by its kind. */
export function shownValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, MAX_SHOWN))
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return kindWords(value)
  }
}
