/** Control groups of tests: see `own-group.sh`. */

import { execFileSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { until } from './systemd.ts'

const script = join(import.meta.dirname, 'own-group.sh')

/** What stands before a command to run it in a group of its own. @param folder names the group */
export const inOwnGroup = (folder: string): readonly string[] => [script, basename(folder)]

/** Processes that were killed leave their group when they are reaped. */
const REAPED_MS = 10_000

/** Removes the group of a folder, whose processes have ended. */
export async function removeGroup(folder: string): Promise<void> {
  const remove = () => execFileSync(script, [basename(folder)], { stdio: 'pipe' })
  await until('the group of processes is empty', remove, REAPED_MS)
}
