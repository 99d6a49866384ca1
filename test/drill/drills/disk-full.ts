import { spawnSync } from 'node:child_process'
import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'

/** So small that it is soon full. */
const DISK_BYTES = 16 * 1024 * 1024
const inside = join(import.meta.dirname, '..', 'disk-full-inside.ts')

export const diskFull: Drill = {
  title: 'the disk is full: new work is refused, reads go on, and nothing is lost',
  run,
}

/** The disk is a file system in memory, which only the processes of this drill see. */
async function run({ seed, isShort }: DrillOptions): Promise<DrillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-disk-'))
  const script = `mount -t tmpfs -o size=${DISK_BYTES} none "$0" && exec "$@"`
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', inside]
  const args = ['-rm', 'sh', '-c', script, folder, ...node, folder, String(seed), String(isShort)]
  const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
  await rmdir(folder).catch(() => {})
  if (status === 0) return JSON.parse(stdout) as DrillResult
  const isMissing = status === null || /unshare|mount/.test(stderr)
  const figures = isMissing ? { skipped: 'this machine mounts nothing for us' } : {}
  return { problems: isMissing ? [] : [stderr], figures, folder }
}
