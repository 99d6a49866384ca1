/** A small file system in memory, which only the processes of a drill see, and what fills it. */

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, rmdir, stat, statfs, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DrillOptions, DrillResult } from './drill.ts'

/** So small that it is soon full. */
const DISK_BYTES = 16 * 1024 * 1024

/** Runs a script with a disk of its own, as `SCRIPT DISK SEED SHORT`; it prints its result. */
export async function runOnSmallDisk(
  script: string,
  { seed, isShort }: DrillOptions,
): Promise<DrillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-disk-'))
  const shell = `mount -t tmpfs -o size=${DISK_BYTES} none "$0" && exec "$@"`
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script]
  const args = ['-rm', 'sh', '-c', shell, folder, ...node, folder, String(seed), String(isShort)]
  const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
  await rmdir(folder).catch(() => {})
  if (status === 0) return JSON.parse(stdout) as DrillResult
  const isMissing = status === null || /unshare|mount/.test(stderr)
  const figures = isMissing ? { skipped: 'this machine mounts nothing for us' } : {}
  return { problems: isMissing ? [] : [stderr], figures, folder }
}

const ballast = (disk: string) => join(disk, 'ballast')

/** Writes until not a byte is free. */
export async function fillDisk(disk: string): Promise<void> {
  const { bavail, bsize } = await statfs(disk)
  let rest = bavail * bsize
  await writeFile(ballast(disk), '')
  while (rest > 0) {
    try {
      await writeFile(ballast(disk), Buffer.alloc(rest), { flag: 'a' })
      rest = (await statfs(disk)).bavail * bsize
    } catch {
      // Somebody else took some of it.
      rest = Math.floor(rest / 2)
    }
  }
}

/** Frees so many bytes of what {@link fillDisk} has taken. */
export async function trimDisk(disk: string, bytes: number): Promise<void> {
  const { size } = await stat(ballast(disk))
  await truncate(ballast(disk), Math.max(0, size - bytes))
}

/** Frees what {@link fillDisk} has taken. */
export async function emptyDisk(disk: string): Promise<void> {
  await rm(ballast(disk), { force: true })
}
