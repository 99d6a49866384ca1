/** Describes the values of a task to a model. */

import { shorten } from '../shorten.ts'
import { valueText } from './value-text.ts'

/** Longest text of one value: programs read the rest. */
const MAX_PREVIEW = 500

/**
 * @param lead a heading of the list
 * @param max longest text of one value
 */
export function inputNotes(
  inputs: Readonly<Record<string, unknown>> | undefined,
  lead: string,
  max: number = MAX_PREVIEW,
): readonly string[] {
  const lines = Object.entries(inputs ?? {}).map(
    ([name, value]) => `- ${name}: ${shorten(valueText(value), max)}`,
  )
  return lines.length === 0 ? [] : [`${lead}\n${lines.join('\n')}`]
}
