/** The packages that a latchd needs to run, found as Node finds them. */

import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * The folders of all packages beneath one, itself left out: its dependencies, and of those also the
 * optional and peer ones that exist. Development dependencies are left out.
 *
 * @throws {Error} when one is missing, or is a link into a store that would not be copied
 */
export function packagesOf(root: string): readonly string[] {
  const found = new Set<string>()
  const pending = [root]
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const { dependencies = {}, optionalDependencies, peerDependencies } = readManifest(folder)
    const isRoot = folder === root
    // The root's optional dependencies are Nodes; a release has its own.
    const optional = isRoot ? {} : { ...optionalDependencies, ...peerDependencies }
    for (const name of new Set([...Object.keys(dependencies), ...Object.keys(optional)])) {
      const path = findPackage(name, folder)
      if (path === undefined) {
        if (Object.hasOwn(optional, name)) continue
        throw new Error(`Cannot find the package ${name}, which ${folder} needs; run npm ci`)
      }
      if (lstatSync(path).isSymbolicLink()) {
        throw new Error(`Cannot copy ${path}: it is a link; install latchd by npm`)
      }
      if (found.has(path)) continue
      found.add(path)
      pending.push(path)
    }
  }
  return [...found].sort()
}

/** The folder of a package that is imported in `from`. */
export function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return path
    if (folder === dirname(folder)) return undefined
  }
}
