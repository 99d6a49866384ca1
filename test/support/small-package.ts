/** A package of latchd that has next to nothing, for what is done with whole packages. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Test } from 'tap'
import { stateFolder } from './state-folder.ts'

const root = resolve(import.meta.dirname, '../..')

/** Writes one with the units of this latchd, marked by the version. */
export function smallPackage(t: Test, version: string): string {
  // Not a folder of tap's: above those is our node_modules, with a real Node.
  const folder = stateFolder(t)
  writeTree(folder, {
    'package.json': JSON.stringify({ name: 'latchd', version, dependencies: { a: '1.0.0' } }),
    bin: { 'latchd.mjs': `console.log('${version}')` },
    daemon: { 'main.ts': '', systemd: {} },
    node_modules: {
      a: { 'package.json': '{"dependencies":{"b":"1.0.0"}}', 'index.js': '' },
      b: { 'package.json': '{}' },
      unused: { 'package.json': '{}' },
    },
  })
  for (const name of readdirSync(join(root, 'daemon/systemd'))) {
    if (name.endsWith('.ts')) continue
    const text = readFileSync(join(root, 'daemon/systemd', name), 'utf8')
    writeFileSync(join(folder, 'daemon/systemd', name), `${text}# of ${version}\n`)
  }
  return folder
}

/** Files by name, with folders among them. */
export interface Tree {
  readonly [name: string]: string | Tree
}

export function writeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, entry] of Object.entries(tree)) {
    if (typeof entry === 'string') writeFileSync(join(folder, name), entry)
    else writeTree(join(folder, name), entry)
  }
}
