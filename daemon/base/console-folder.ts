/** Where the scripts and styles of the console are. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Its place in the repository, and in the package, whose code is in `dist/`. */
const places = ['../console/static', '../../../daemon/console/static']

/** The folder, as an absolute path. @throws {Error} when the package lacks it */
export function consoleFolder(): string {
  const folder = places.map(place => join(import.meta.dirname, place)).find(existsSync)
  if (folder === undefined) throw new Error('The files of the console are not in the package')
  return folder
}
