/** The output of a program, from what the prelude reported of it. */

import { EXACT } from '../../protocol/value-format.ts'
import { decodeValue } from '../../protocol/values.ts'
import type { GuestOutput } from '../messages.ts'
import { plainJson } from './plain-json.ts'

/** Reads the report that `executor/guest/program.ts` describes. */
export function readOutput(report: string): GuestOutput {
  const mark = report[0]
  const colon = report.indexOf(':')
  const length = Number(report.slice(1, colon))
  const text = report.slice(colon + 1, colon + 1 + length)
  const encoded = report.slice(colon + 1 + length)
  if (encoded[0] !== EXACT) return { json: encoded.slice(1), text, exact: true }
  const json = plainText(encoded)
  const isSame = mark === 'p' && json !== undefined && !json.includes(DEEP_MARK)
  if (isSame) return { json, text, exact: true }
  return { json: json ?? 'null', text, exact: false, encoded: encoded.slice(1) }
}

/** What stands in a plain form for what is nested too deeply; a text that looks so costs `exact`. */
const DEEP_MARK = '"[Object]"'

/** `undefined` when the value is nested deeper than the host can follow. */
function plainText(encoded: string): string | undefined {
  try {
    return JSON.stringify(plainJson(decodeValue(encoded)))
  } catch (error) {
    // The stack's end: nothing else can go wrong with what the prelude encoded.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
