/** Whether an installed service runs, and as its release has it. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentLink, type Layout } from '../../systemd/layout.ts'
import { currentVersion, unitFiles } from '../../systemd/plan-install.ts'
import type { ServiceState } from '../../systemd/service-state.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/**
 * The findings about an installed service; none when no service is installed.
 *
 * @param readState asks the manager
 */
export function checkService(
  layout: Layout,
  readState: (layout: Layout) => ServiceState,
): readonly Finding[] {
  const version = currentVersion(layout)
  if (version === undefined || !existsSync(join(layout.units, 'latchd.service'))) return []
  let state: ServiceState
  try {
    state = readState(layout)
  } catch (error) {
    const text = `latchd ${version} is installed, but systemd cannot be asked: ${oneLine(error)}`
    return [{ status: 'warn', text }]
  }
  const warnings = [...stateWarnings(layout, version, state), ...unitWarnings(layout)]
  return [
    activity(layout, version, state),
    ...warnings.map(text => ({ status: 'warn', text }) as const),
  ]
}

function activity(layout: Layout, version: string, { shown }: ServiceState): Finding {
  const { ActiveState, Result, WatchdogUSec, IPAddressDeny } = shown
  const log = `journalctl${flag(layout)} -u latchd.service`
  const subject = `latchd ${version} is installed, latchd.service is ${ActiveState}`
  if (ActiveState === 'failed') {
    return { status: 'fail', text: `${subject} (${Result}): ${log} says why` }
  }
  if (ActiveState !== 'active') {
    const start = `systemctl${flag(layout)} start latchd.service`
    return { status: 'warn', text: `${subject}: ${start}, or see ${log}` }
  }
  const parts = [subject, `watchdog ${WatchdogUSec}`]
  // A user's manager has no such rule.
  if (layout.scope === 'system') {
    parts.push(IPAddressDeny ? 'reaches this machine alone' : 'reaches other machines')
  }
  return { status: 'ok', text: parts.join(', ') }
}

/** Warnings about the manager's report, each with its remedy. */
function* stateWarnings(
  layout: Layout,
  version: string,
  { shown, commandLine, stays }: ServiceState,
): Generator<string> {
  const systemctl = `systemctl${flag(layout)}`
  const { NRestarts = '0', WatchdogUSec, NeedDaemonReload, UnitFileState } = shown
  const running = runningVersion(layout, commandLine)
  if (running !== undefined && running !== version) {
    yield `${running} runs, and ${version} is installed: ${systemctl} restart latchd.service`
  }
  if (Number(NRestarts) > 0) {
    yield `systemd has started it again (${NRestarts}): journalctl${flag(layout)} -u latchd.service`
  }
  if (WatchdogUSec === '0' || WatchdogUSec === 'infinity') {
    yield 'its watchdog is off: one that hangs stays'
  }
  if (NeedDaemonReload === 'yes') yield `its unit has changed: ${systemctl} daemon-reload`
  if (UnitFileState === 'disabled') yield `no boot starts it: ${systemctl} enable latchd.service`
  if (!stays) yield 'it ends with the last session of this user: loginctl enable-linger'
}

/** The units that differ from those of the release. */
function* unitWarnings(layout: Layout): Generator<string> {
  for (const { path, from } of unitFiles(layout, join(currentLink(layout), 'lib/daemon/systemd'))) {
    if (textOf(path) !== textOf(from)) {
      yield `${path} is not that of the release, and the next install writes it anew: changes belong into a drop-in`
    }
  }
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** The release whose Node runs the process. */
function runningVersion({ releases }: Layout, commandLine = ''): string | undefined {
  const path = commandLine.startsWith(`${releases}/`) ? commandLine.slice(releases.length + 1) : ''
  return path === '' ? undefined : path.slice(0, path.indexOf('/'))
}

const flag = ({ scope }: Layout) => (scope === 'user' ? ' --user' : '')
