/** The file in which an image is stored. */

import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isPacked } from './packed-image.ts'
import { readWhole } from './read-whole.ts'

/** Whether there is an image that only this user can have written. */
export function isThere(file: string): boolean {
  try {
    return existsSync(file) && isOurs(dirname(file))
  } catch {
    // Under Node's permissions a folder may be out of sight.
    return false
  }
}

/** The user of this process; 0 where there are none. */
export const userId = () => process.getuid?.() ?? 0

/** Whether no other user can write there: an image of another user would be another engine. */
function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder)
  return process.getuid === undefined || (uid === userId() && (mode & 0o022) === 0)
}

/** Reads a stored image; `undefined` when it is not there, or not whole. */
export function readImage(file: string): SharedArrayBuffer | undefined {
  try {
    const image = readWhole(file, size => new SharedArrayBuffer(size))
    return isPacked(image) ? image : undefined
  } catch {
    // Not there, out of sight under Node's permissions, or on a disk that does not read: it is made
    // again.
    return undefined
  }
}

/** Stores an image; nothing happens where that is not possible. */
export function writeImage(file: string, image: SharedArrayBuffer): void {
  const part = `${file}.${randomUUID()}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    if (!isOurs(dirname(file))) return
    writeFileSync(part, new Uint8Array(image), { mode: 0o600 })
    // Renamed into place, so that a concurrent reader never sees a part of it.
    renameSync(part, file)
  } catch {
    // A full disk, or a folder that is not ours: it is made again at the next start.
  }
}
