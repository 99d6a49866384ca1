/** Checks the text of an option that is not a setting. */

import type { ValueKind } from '../config/value-kind.ts'
import { UsageError } from './refusal.ts'

/** The value of an option; `undefined` when it was not given. @throws {UsageError} */
export function optionValue<Value>(
  name: string,
  text: unknown,
  kind: ValueKind<Value>,
): Value | undefined {
  if (typeof text !== 'string') return undefined
  const nowhere = { folder: '', readFile: () => undefined }
  const reading = kind.read(kind.fromText(text), nowhere)
  if (reading.ok) return reading.value
  throw new UsageError(`Cannot use ${name} ${JSON.stringify(text)}: expected ${reading.allowed}`)
}
