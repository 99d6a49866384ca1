/** The manager's report on an installed service. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Layout } from './layout.ts'

/** Properties of `latchd.service`: systemctl(1), org.freedesktop.systemd1(5). */
const properties = [
  'ActiveState',
  'IPAddressDeny',
  'MainPID',
  'NRestarts',
  'NeedDaemonReload',
  'Result',
  'UnitFileState',
  'WatchdogUSec',
] as const

/** The state of `latchd.service` at the moment of asking. */
export interface ServiceState {
  /** As `systemctl show` writes them; properties that this systemd does not know are absent. */
  readonly shown: { readonly [Name in (typeof properties)[number]]?: string }
  /** The command line of the process; `undefined` without a process. */
  readonly commandLine: string | undefined
  /** Whether this user's services go on without a login; those of the machine do. */
  readonly stays: boolean
}

/** A healthy manager answers at once. */
const ANSWER_MS = 5000

/** Asks the manager. @throws {Error} when none answers */
export function readServiceState({ scope }: Layout): ServiceState {
  const user = scope === 'user' ? ['--user'] : []
  const args = [...user, 'show', `--property=${properties.join(',')}`, 'latchd.service']
  const text = execFileSync('systemctl', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ANSWER_MS,
  })
  const shown: ServiceState['shown'] = Object.fromEntries(
    text.split('\n').map(line => {
      const [name = '', ...value] = line.split('=')
      return [name, value.join('=')]
    }),
  )
  return {
    shown,
    commandLine: commandLineOf(shown.MainPID),
    stays: scope === 'system' || existsSync(`/var/lib/systemd/linger/${userInfo().username}`),
  }
}

function commandLineOf(pid: string | undefined): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    // It does not run, or has just ended, or this user may not see it.
    return undefined
  }
}
