/** Names of tools as identifiers of programs. */

import { LatchdError } from '../errors.ts'
import { reservedWords, standardGlobals } from './reserved-names.ts'

/** Longest name of a tool, in UTF-16 units. */
const MAX_NAME = 256

/** Whether a string is an identifier of the language; its reserved words are too. */
export function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
}

/** Whether a name can be a variable of programs as it is. */
export function isFreeIdentifier(name: string): boolean {
  return isIdentifier(name) && !reservedWords.has(name) && !isStandard(name)
}

/** A name as an identifier: `_` replaces each character that identifiers cannot have. */
export function wordOf(name: string): string {
  const word = name.replace(/[^\p{ID_Continue}$]/gu, '_')
  return /^[\p{ID_Start}$_]/u.test(word) ? word : `_${word}`
}

/**
 * A name as a variable of programs: `_` follows a reserved word or the name of a standard global.
 */
export function identifierOf(name: string): string {
  let identifier = wordOf(name)
  while (reservedWords.has(identifier) || isStandard(identifier)) {
    // The prelude's own names have a prefix of their own.
    identifier = identifier.startsWith(OWN) ? `_${identifier}` : `${identifier}_`
  }
  return identifier
}

/** The standard global that a name would hide; `undefined` for none. */
export function standardName(name: string): string | undefined {
  const word = wordOf(name)
  return isStandard(word) ? word : undefined
}

/**
 * Refuses a tool whose name a program could not use. The user of an imported tool did not choose
 * its name, so it gets another global instead (`tool-globals.ts`).
 *
 * @throws {LatchdError} `TOOL_INVALID` when the name is empty or longer than 256, or that of a
 *   standard global and the tool is not imported
 */
export function checkToolName({
  name,
  isImported,
}: {
  readonly name: string
  readonly isImported?: boolean | undefined
}): void {
  if (name === '' || name.length > MAX_NAME) {
    throw new LatchdError(
      'TOOL_INVALID',
      `Cannot use the tool name "${name.slice(0, 40)}": ${name.length} characters, 1 to ${MAX_NAME} are allowed`,
    )
  }
  const clash = isImported === true ? undefined : standardName(name)
  if (clash === undefined) return
  throw new LatchdError(
    'TOOL_INVALID',
    `Cannot register tool "${name}": ${clash} is a standard global of every program`,
  )
}

/** The prefix of the prelude's own globals. */
const OWN = '__latchd_'

const isStandard = (identifier: string) =>
  standardGlobals.has(identifier) || identifier.startsWith(OWN)
