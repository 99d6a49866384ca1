/** How large a daemon is: memory and threads of its process and of those that it has started. */

import { readdirSync, readFileSync } from 'node:fs'

export interface DaemonSize {
  /** Resident memory of all processes. */
  readonly residentMB: number
  /** Threads of all processes. */
  readonly threads: number
  readonly processes: number
}

const KIB_PER_MIB = 1024

/** As Linux tells it. */
export function sizeOf(pid: number): DaemonSize {
  const own = read(`/proc/${pid}/status`)
  const children = childrenOf(pid).map(sizeOf)
  const sum = (of: keyof DaemonSize) => children.reduce((total, child) => total + child[of], 0)
  return {
    residentMB: Math.round(field(own, 'VmRSS') / KIB_PER_MIB) + sum('residentMB'),
    threads: field(own, 'Threads') + sum('threads'),
    processes: (own === '' ? 0 : 1) + sum('processes'),
  }
}

function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`
  const ids = list(tasks).flatMap(task => read(`${tasks}/${task}/children`).split(' '))
  return ids.map(Number).filter(id => id > 0)
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    // It has just ended.
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has just ended.
    return ''
  }
}
