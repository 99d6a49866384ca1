/**
 * Stores the base snapshot beside the app's compile cache, if it has one. To make it takes a good
 * part of a start, and it changes only with the engine and the prelude.
 */

import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { hashOfParts } from '../memory-hash.ts'
import type { BaseSnapshot } from './base-snapshot-shape.ts'

/** A snapshot as it is made and stored: the module is compiled by each process. */
export type MadeSnapshot = Omit<BaseSnapshot, 'module'>

/** Another one when what is stored has other parts. */
const FORM = '4'

/** What the prelude loads from outside of its folder, from the root and without extension. */
export const preludeOutside: readonly string[] = [
  'executor/boundary/tool-index',
  'executor/files/file-operations',
  'protocol/base/kind-words',
  'protocol/execution/console-levels',
  'protocol/tool/guest-errors',
  'protocol/tool/near-names',
  'protocol/values/value-format',
]

/**
 * A hash of the inputs of a snapshot: the engine, the files of the prelude, the Node that strips their
 * types, and the free heap.
 *
 * @param prelude the folder of the prelude
 * @param outside the other files that the prelude loads
 * @param reserveBytes of free heap that the snapshot has
 */
export function sourceHash(
  wasm: Uint8Array,
  prelude: string,
  outside: readonly string[] = [],
  reserveBytes = 0,
): string {
  const hash = createHash('sha256').update(FORM).update(process.version).update(wasm)
  hash.update(`reserve ${reserveBytes}`)
  const files = readdirSync(prelude, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  for (const file of [...files.sort(), ...outside]) {
    hash.update(relative(prelude, file)).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** The file of a snapshot in a folder. */
export const snapshotFile = (folder: string, hash: string): string => join(folder, `base-${hash}`)

/**
 * The snapshot that is stored in a folder under this hash. It is made and stored when there is
 * none, or a damaged one.
 */
export async function keptSnapshot(
  folder: string,
  hash: string,
  make: () => Promise<MadeSnapshot>,
): Promise<MadeSnapshot> {
  const file = snapshotFile(folder, hash)
  const kept = readSnapshot(file)
  if (kept !== undefined) return kept
  const made = await make()
  write(folder, file, made)
  return made
}

/** Reads what is stored in a file; `undefined` when it is not there, not whole or not readable. */
export function readSnapshot(file: string): MadeSnapshot | undefined {
  try {
    const kept = deserialize(readFileSync(file)) as MadeSnapshot
    if (hashOfParts(kept.parts, kept.memoryBytes) !== kept.memoryHash) return undefined
    // They are views of the file's bytes, at any of them.
    return { ...kept, parts: kept.parts.map(({ at, bytes }) => ({ at, bytes: bytes.slice() })) }
  } catch {
    // Not there, or cut short: it is made again.
    return undefined
  }
}

function write(folder: string, file: string, kept: MadeSnapshot): void {
  const part = `${file}.${randomUUID()}`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(part, serialize(kept), { mode: 0o600 })
    // Renamed into place, so that a concurrent reader never sees a part of it.
    renameSync(part, file)
  } catch {
    // A full disk, or a folder that is not ours: it is made again at the next start.
  }
}
