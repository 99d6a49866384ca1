/** Where and of what the figures were taken. */

import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'

/** Worker threads for every contestant: what an executor has by default. */
export const WORKERS = 2 * availableParallelism()

export function describeMachine(): string {
  const [cpu] = cpus()
  const load = loadavg()[0]?.toFixed(2)
  return [
    `CPU     ${cpu?.model ?? 'unknown'}, ${availableParallelism()} cores (load ${load} before)`,
    `Node    ${process.version} (V8 ${process.versions.v8}) on ${process.platform} ${process.arch}`,
    `Commit  ${commit()}`,
    `Workers ${WORKERS} for every contestant`,
  ].join('\n')
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
    const isDirty =
      git('status', '--porcelain', '--', 'protocol', 'executor', 'daemon', 'sdk') !== ''
    return git('rev-parse', '--short=12', 'HEAD') + (isDirty ? ' with changes' : '')
  } catch {
    // A package without its repository: there is no commit to name.
    return 'unknown'
  }
}
