/** The flags of Node that the workers' process is started with. */

import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of `executor/` and `protocol/`: the repository's root, or `dist/` of a package. */
const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Permission to read code and to start threads, and for nothing else.
 *
 * The folders of packages are those in which Node would look for ours, since a package may be
 * installed beside us.
 */
export function nodeFlags(): string[] {
  const readable = [join(root, 'executor'), join(root, 'protocol')]
  for (let folder = dirname(join(root, 'executor')); ; folder = dirname(folder)) {
    for (const name of ['node_modules', 'package.json']) {
      const path = join(folder, name)
      // Node follows links before it asks: a folder that is a link is readable as what it is.
      if (existsSync(path)) readable.push(...new Set([path, realpathSync(path)]))
    }
    if (folder === dirname(folder)) break
  }
  return [
    '--permission',
    ...readable.map(path => `--allow-fs-read=${path}`),
    '--allow-worker',
    // Opens files without asking Node's permissions.
    '--no-experimental-sqlite',
    // No debugger by a signal.
    '--disable-sigusr1',
    '--no-warnings',
  ]
}
