/** Programs of Debian's packages, which some tests need. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where packages put programs that not every user's PATH has. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * Finds a program.
 *
 * @param extra folders to look into as well, of packages that keep their programs apart
 * @returns its path
 * @throws {Error} with the line that installs the package, when it is not there
 */
export function debianTool(
  name: string,
  packageName: string,
  extra: readonly string[] = [],
): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...FOLDERS, ...extra]
  const path = folders.map(folder => join(folder, name)).find(isExecutable)
  if (path === undefined) {
    throw new Error(`${name} is not installed: apt-get install -y ${packageName}`)
  }
  return path
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
