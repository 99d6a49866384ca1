/** The workers' processes of a process, for tests that kill them. */

import { readdirSync, readFileSync } from 'node:fs'

/** Whether this machine tells which processes a process has started. */
export const canFindProcesses = process.platform === 'linux'

/** Their ids, the oldest first. @param parent the process that has started them; this one when absent */
export function workersProcesses(parent = process.pid): number[] {
  const tasks = `/proc/${parent}/task`
  const children = readdirSync(tasks).flatMap(task => read(`${tasks}/${task}/children`).split(' '))
  return children
    .map(Number)
    .filter(pid => pid > 0 && read(`/proc/${pid}/cmdline`).includes('executor/pool/process/child'))
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
