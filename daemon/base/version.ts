import { readIfThere } from './read-if-there.ts'

/** From a checkout's `daemon/base/`, and from `dist/daemon/base/` of a package. */
const places = ['../../package.json', '../../../package.json']

/**
 * The version of this package, from its own package.json. Node's `findPackageJSON` finds none under
 * permissions that do not cover all of the package's folder.
 */
export function packageVersion(): string {
  for (const place of places) {
    const text = readIfThere(new URL(place, import.meta.url))
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version
  }
  throw new Error('Cannot find the package.json of latchd')
}
