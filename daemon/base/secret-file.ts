/** Secrets that a daemon makes for itself: made once, and stored in its state folder. */

import { closeSync, constants, openSync, renameSync, writeSync } from 'node:fs'
import { readIfThere } from './read-if-there.ts'

/**
 * Reads the secret of a file, or makes one and writes it. The caller is alone in the folder.
 *
 * @param make a new secret, one line of text
 */
export function storedSecret(file: string, make: () => string): string {
  const stored = readIfThere(file)?.trim()
  if (stored !== undefined && stored !== '') return stored
  const secret = make()
  // It gets its name only when it is whole and on disk: others learn it once.
  const made = `${file}.new`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_SYNC } = constants
  // The write itself is on disk when it returns: under permissions Node has no fsync.
  const descriptor = openSync(made, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC, 0o600)
  try {
    writeSync(descriptor, `${secret}\n`)
  } finally {
    closeSync(descriptor)
  }
  renameSync(made, file)
  return secret
}
