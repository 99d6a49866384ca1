/** The flags of Node that the workers' process is started with. */

import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of `executor/` and `protocol/`: the repository's root, or `dist/` of a package. */
const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * The places of the code of latchd's parts, such as `executor`, and of the packages that it loads.
 * They include each folder in which Node would look for packages, since one may be installed beside
 * us.
 */
export function codePlaces(parts: readonly string[]): string[] {
  // The folder of the modules that a built package loads later; sources have none.
  return [...[...parts, 'chunks'].map(part => join(root, part)), ...packagesFor(root)]
}

/** The files of packages that Node looks for when a module in this folder imports one. */
export function packagesFor(folder: string): string[] {
  const places: string[] = []
  for (let above = resolve(folder); ; above = dirname(above)) {
    for (const name of ['node_modules', 'package.json']) {
      const path = join(above, name)
      places.push(...namesOf(path))
    }
    // In this repository the package is a workspace: a link out of `node_modules`.
    places.push(...namesOf(join(above, 'node_modules', '@latchd', 'python')).slice(1))
    if (above === dirname(above)) return places
  }
}

/** A path, and the target when it is a link: Node follows links of modules before it asks. */
export function namesOf(path: string): string[] {
  return existsSync(path) ? [...new Set([path, realpathSync(path)])] : [path]
}

/**
 * From Node 26.11 on a descriptor becomes a socket only with this permission. The process gives it up
 * when it has its socket, and each thread at its seal. Lines of Node that do not know it ask nothing.
 */
const ALLOW_NET = '--allow-net'

/**
 * Permission to read code and the stored snapshot, to start threads and to open the socket, and for
 * nothing else.
 *
 * @param snapshotFile a stored base snapshot, which is read as well
 */
export function nodeFlags(snapshotFile: string | undefined): string[] {
  const places = codePlaces(['executor', 'protocol'])
  return [
    ...(process.allowedNodeEnvironmentFlags.has(ALLOW_NET) ? [ALLOW_NET] : []),
    '--permission',
    ...(snapshotFile === undefined ? places : [...places, snapshotFile]).map(
      path => `--allow-fs-read=${path}`,
    ),
    '--allow-worker',
    // Opens files without asking Node's permissions.
    '--no-experimental-sqlite',
    // No debugger by a signal.
    '--disable-sigusr1',
    '--no-warnings',
  ]
}
