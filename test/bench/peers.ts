/** The peers' packages: in a folder with a lockfile of its own, installed when first needed. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'peers')
const lockfile = join(folder, 'package-lock.json')
/** The lockfile of what is installed. */
const installed = join(folder, 'node_modules', 'installed-lock.json')

/** Installs what the lockfile names, unless that is there. No install script of theirs runs. */
export function installPeers(): void {
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lockfile))) return
  console.log('Installing the peers to measure against (test/bench/peers) …')
  // One of them declares TypeScript before 7 as a peer dependency, optional in truth. Another has
  // optional packages for platforms that not every registry has: `ci` would refuse the lockfile.
  const args = ['install', '--no-save', '--prefix', folder, '--legacy-peer-deps']
  args.push('--ignore-scripts', '--no-fund')
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status === 0) cpSync(lockfile, installed)
  else console.log('Cannot install the peers; what is missing is left out')
}

/** Imports an installed peer. */
export async function loadPeer<T>(name: string): Promise<T> {
  const loader = new URL('./peers/load.mjs', import.meta.url).href
  const { load } = (await import(loader)) as { load(name: string): Promise<T> }
  return await load(name)
}
