/** Names and types of files, as far as they may be believed. */

import { MAX_FILE_NAME } from './file-operations.ts'

/**
 * A name that is not a path: what stands behind the last slash, without control characters. Apps write
 * files by their names.
 */
export function safeName(given: string): string {
  const last = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  // Control characters, and those that turn the direction of a string around.
  const printable = last.toWellFormed().replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
  const name = printable.trim()
  if (name === '' || /^\.+$/.test(name)) return 'file'
  if (name.length <= MAX_FILE_NAME) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  return name.slice(0, MAX_FILE_NAME - ending.length).toWellFormed() + ending
}

/** RFC 9110 §8.3: a type, a subtype, parameters. */
const MEDIA_TYPE =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;\s*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[\x20-\x7e]*"))*$/

/** A MIME type, or an empty text in place of one that is none. */
export function safeType(given: string): string {
  const type = given.trim().toLowerCase()
  return type.length <= MAX_FILE_NAME && MEDIA_TYPE.test(type) ? type : ''
}
