/** Which test files run in one process, and in which order the processes begin. */

import { longest, slowestFirst } from './slowest-first.ts'

/** So many files share a process: more would save little, and leave more to a crash. */
const MOST = 12

/**
 * Divides the files among processes: those that take long by themselves and first, then the others,
 * several in a process; towards the end fewer, so that all jobs end at about the same time.
 */
export function inProcesses(files: readonly string[], jobs: number): string[][] {
  const isAlone = new Set(longest)
  const ordered = slowestFirst(files)
  const single = ordered.filter(file => isAlone.has(file))
  const rest = ordered.filter(file => !isAlone.has(file))
  const groups: string[][] = single.map(file => [file])
  while (rest.length > 0) {
    const count = Math.min(MOST, Math.ceil(rest.length / (2 * jobs)))
    groups.push(rest.splice(0, count))
  }
  return groups
}
