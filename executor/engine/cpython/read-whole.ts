/** Reads a whole file into memory that the caller chooses, and into no other on the way. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads a file.
 *
 * @param makeMemory makes memory of so many bytes
 * @throws {Error} of the file system
 */
export function readWhole<B extends ArrayBuffer | SharedArrayBuffer>(
  file: string | URL,
  makeMemory: (size: number) => B,
): B {
  const descriptor = openSync(file, 'r')
  try {
    const memory = makeMemory(fstatSync(descriptor).size)
    const bytes = new Uint8Array(memory)
    let end = 0
    for (let read = 1; read > 0; end += read) {
      read = readSync(descriptor, bytes, end, bytes.length - end, null)
    }
    return memory
  } finally {
    closeSync(descriptor)
  }
}
