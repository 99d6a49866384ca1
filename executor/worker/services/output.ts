/** The output of a program, from what the prelude reported of it. */

import { EXACT } from '../../../protocol/values/value-format.ts'
import { decodeValue } from '../../../protocol/values/values.ts'
import type { GuestOutput } from '../../boundary/messages.ts'
import { plainJson } from '../../boundary/plain-json.ts'

/**
 * Reads the report that `executor/guest/codec/output.ts` describes.
 *
 * @param kept a plain value that the engine has read; the report is then its inspected form
 * @returns `undefined` when the plain form is longer than `maxCharacters`
 */
export function readOutput(
  report: string,
  maxCharacters: number,
  kept?: string,
): GuestOutput | undefined {
  if (kept !== undefined) return { json: kept.slice(1), text: report, exact: true }
  const mark = report[0]
  const colon = report.indexOf(':')
  const length = Number(report.slice(1, colon))
  const encoded = report.slice(colon + 1, colon + 1 + length)
  const text = report.slice(colon + 1 + length)
  if (encoded[0] !== EXACT) return { json: encoded.slice(1), text, exact: true }
  let value: unknown
  try {
    value = decodeValue(encoded)
  } catch {
    // Nested deeper than the stack reaches, or a pattern that V8 refuses: all of it becomes text.
    return { json: JSON.stringify(text), text, exact: false }
  }
  const json = plainJson(value, maxCharacters)
  if (json === undefined) return undefined
  if (mark === 'p' && !json.includes(DEEP_MARK)) return { json, text, exact: true }
  return { json, text, exact: false, encoded: encoded.slice(1) }
}

/**
 * The text in a plain form for a value that is nested too deeply. A form that contains it does not
 * count as exact.
 */
const DEEP_MARK = '"[Object]"'
