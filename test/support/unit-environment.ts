/** What the shipped units set of glibc's `malloc`: bounds on memory hold for a daemon that is run so. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', 'daemon', 'systemd')

/** The variables of `malloc` in a unit. */
export function mallocEnvironment(unit = 'latchd.service'): Record<string, string> {
  const text = readFileSync(join(folder, unit), 'utf8')
  const line = text.match(/^Environment=(MALLOC_.*)$/m)?.[1]
  if (line === undefined) throw new Error(`${unit} sets nothing of malloc`)
  return Object.fromEntries(line.split(' ').map(one => one.split('=', 2) as [string, string]))
}
