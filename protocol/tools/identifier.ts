import { LatchdError } from '../errors.ts'
import { reservedWords, standardGlobals } from './reserved-names.ts'

/** Longest name of a tool, in UTF-16 units. */
const MAX_NAME = 256

/**
 * The name of a tool's global: its own name, made a valid identifier.
 *
 * @throws {LatchdError} `TOOL_INVALID` when that is a standard global, or the name is empty or
 *   longer than 256
 */
export function toolIdentifier(name: string): string {
  if (name === '' || name.length > MAX_NAME) {
    throw new LatchdError(
      'TOOL_INVALID',
      `Cannot use the tool name "${name.slice(0, 40)}": ${name.length} characters, 1 to ${MAX_NAME} are allowed`,
    )
  }
  const cleaned = name.replace(/[^\p{ID_Continue}$]/gu, '_')
  const identifier = /^[\p{ID_Start}$_]/u.test(cleaned) ? cleaned : `_${cleaned}`
  if (reservedWords.has(identifier)) return `${identifier}_`
  if (standardGlobals.has(identifier) || identifier.startsWith('__latchd_')) {
    throw new LatchdError(
      'TOOL_INVALID',
      `Cannot register tool "${name}": ${identifier} is a standard global of every program`,
    )
  }
  return identifier
}
