/** The output of a program, from what the prelude reported of it. */

import type { Limits } from '../../../protocol/limits.ts'
import { EXACT } from '../../../protocol/values/value-format.ts'
import { decodeValue } from '../../../protocol/values/values.ts'
import type { GuestOutput } from '../../boundary/messages.ts'
import { plainJson } from '../../boundary/plain-json.ts'
import { limitExceeded } from '../guest-end.ts'

/**
 * As {@link readOutput}, within a program's limits.
 *
 * @throws {GuestEnd} beyond `maxOutputBytes`
 */
export function readBounded(
  report: string,
  { maxOutputBytes }: Pick<Limits, 'maxOutputBytes'>,
  kept: string | undefined,
): GuestOutput {
  const output = readOutput(report, maxOutputBytes, kept)
  if (output === undefined) {
    throw limitExceeded(
      'maxOutputBytes',
      `The plain form of the output has more than maxOutputBytes ${maxOutputBytes} bytes`,
    )
  }
  const size = Buffer.byteLength(output.json) + Buffer.byteLength(output.encoded ?? '')
  if (size <= maxOutputBytes) return output
  throw limitExceeded(
    'maxOutputBytes',
    `The output has ${size} bytes, limit maxOutputBytes ${maxOutputBytes}`,
  )
}

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
