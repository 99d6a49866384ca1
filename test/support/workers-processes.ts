/** The workers' processes of this process, for tests that kill them. */

import { readdirSync, readFileSync } from 'node:fs'

/** Whether this machine tells which processes a process has started. */
export const canFindProcesses = process.platform === 'linux'

/** Their ids, the oldest first. */
export function workersProcesses(): number[] {
  const tasks = `/proc/${process.pid}/task`
  const children = readdirSync(tasks).flatMap(task => read(`${tasks}/${task}/children`).split(' '))
  return children
    .map(Number)
    .filter(pid => pid > 0 && read(`/proc/${pid}/cmdline`).includes('executor/isolation/child'))
    .toSorted((a, b) => a - b)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has just ended.
    return ''
  }
}
