import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** The version of this package, from its own package.json. */
export function packageVersion(): string {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) throw new Error('Cannot find the package.json of latchd')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
