/** What the image is made from, and the names that follow from it: the same in every process. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RuntimeTags } from '../engine-parts.ts'
import { type PackageFiles, readPackage } from './package-files.ts'

/** Names and versions of the interpreter. */
export const PYTHON_ENGINE = 'cpython 3.14.2, pyodide 314.0.7'
/** The form of the image: another one is another image. */
const FORM = 'image 4'
/** Hexadecimal digits of the hash in the tag: 64 bits, against accidents only. */
const HASH_DIGITS = 16
/** The folder of the prelude, which is Python. */
const preludeFolder = fileURLToPath(new URL('../../guest-python/', import.meta.url))

/** The modules of the prelude: names and texts. */
export function preludeModules(): [name: string, text: string][] {
  return readdirSync(preludeFolder)
    .filter(name => name.endsWith('.py'))
    .sort()
    .map(name => [name, readFileSync(join(preludeFolder, name), 'utf8')])
}

let known: string | undefined

/** SHA-256 of all that goes into the image, hexadecimal; the same as long as the process runs. */
export function sourceHash(files: Pick<PackageFiles, 'hash'>): string {
  known ??= hashOfSource(files)
  return known
}

function hashOfSource({ hash }: Pick<PackageFiles, 'hash'>): string {
  const all = createHash('sha256').update(FORM).update(hash)
  for (const [name, text] of preludeModules()) all.update(name).update(text)
  return all.digest('hex')
}

/** Names the interpreter and its image, in which the prelude is loaded. @param hash its source's */
export const imageTag = (hash: string): string =>
  `${PYTHON_ENGINE}, image ${hash.slice(0, HASH_DIGITS)}`

/**
 * The tags of this process. They read the package when they are first wanted, and make no image.
 * Replays depend on the zones of this runtime too: of local times, and as `zoneinfo` reads them.
 *
 * @throws {LatchdError} `INVALID_REQUEST` when the package is not installed
 */
export function pythonTags(): RuntimeTags {
  const tag = imageTag(known ?? sourceHash(readPackage()))
  return { snapshot: tag, replay: `${tag}, zones ${process.versions.tz}` }
}
