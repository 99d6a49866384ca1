/** What the shipped unit sets of glibc's `malloc`: bounds on memory hold for a daemon that is run so. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const unit = join(import.meta.dirname, '..', '..', 'daemon', 'systemd', 'latchd.service')

/** The variables of `malloc` in the unit. */
export function mallocEnvironment(): Record<string, string> {
  const line = readFileSync(unit, 'utf8').match(/^Environment=(MALLOC_.*)$/m)?.[1]
  if (line === undefined) throw new Error(`${unit} sets nothing of malloc`)
  return Object.fromEntries(line.split(' ').map(one => one.split('=', 2) as [string, string]))
}
