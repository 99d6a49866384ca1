/** Writes a small file that has to be whole and on disk before anybody reads it. */

import { closeSync, constants, openSync, renameSync, writeSync } from 'node:fs'

/** Writes a file for its owner alone. It gets its name only when it is whole and on disk. */
export function writeKept(file: string, text: string): void {
  const made = `${file}.new`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_SYNC } = constants
  // The write itself is on disk when it returns: under permissions Node has no fsync.
  const descriptor = openSync(made, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC, 0o600)
  try {
    writeSync(descriptor, `${text}\n`)
  } finally {
    closeSync(descriptor)
  }
  renameSync(made, file)
}
