/** The steps that install a release, go back to the one before, or remove them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { currentLink, type Layout, previousLink } from './layout.ts'
import type { Release } from './release.ts'
import { linkOf, type Step } from './steps.ts'

/** The drop-in of `latchd install --network`. */
const NETWORK = 'network.conf'

/** What {@link planInstall} installs, from where and to where. */
export interface InstallPlan {
  readonly layout: Layout
  readonly release: Release
  /** The folder of this package. */
  readonly packageRoot: string
  /** A new secret, for an installation without one. */
  readonly secret: string
  /** Whether tools and callers may be on other machines. */
  readonly hasNetwork: boolean
}

/** Installs a release, or puts it in the place of the one in use. */
export function planInstall(plan: InstallPlan): Step[] {
  const { layout, release, packageRoot, secret, hasNetwork } = plan
  const { configDir, releases } = layout
  const folder = join(releases, release.version)
  const token = join(configDir, 'token')
  const config = join(configDir, 'latchd.config.json')
  const units = join(packageRoot, 'daemon', 'systemd')
  const steps: Step[] = [{ kind: 'release', release, folder }]
  if (layout.sysusers !== undefined) {
    steps.push(
      { kind: 'file', path: layout.sysusers, text: read(units, 'latchd.sysusers'), mode: 0o644 },
      { kind: 'run', command: ['systemd-sysusers', layout.sysusers] },
    )
  }
  steps.push({ kind: 'folder', path: configDir, mode: layout.scope === 'system' ? 0o750 : 0o700 })
  // An operator's own file stays.
  if (!existsSync(token)) {
    steps.push({ kind: 'file', path: token, text: `${secret}\n`, mode: 0o600 })
  }
  if (!existsSync(config)) {
    steps.push({ kind: 'file', path: config, text: firstConfig(layout), mode: 0o640 })
  }
  if (layout.sysusers !== undefined) {
    steps.push({ kind: 'run', command: ['chgrp', 'latchd', configDir, config] })
  }
  steps.push(
    ...planUnits(layout, units),
    ...(hasNetwork ? [networkDropIn(layout, units)] : []),
    ...planCommand(layout),
    ...planSwitch(layout, release.version),
    ...planStart(layout),
    ...planPruning(layout, release.version),
  )
  return steps
}

/**
 * Goes back to the release before; a second time undoes it.
 *
 * @throws {Error} when it does not exist
 */
export function planRollback(layout: Layout): Step[] {
  const before = linkOf(previousLink(layout))
  if (before === undefined || !existsSync(join(layout.releases, before))) {
    throw new Error(
      `Cannot go back: ${layout.releases} holds no release before ${currentVersion(layout) ?? 'this one'}`,
    )
  }
  const units = join(layout.releases, before, 'lib', 'daemon', 'systemd')
  return [...planUnits(layout, units), ...planSwitch(layout, before), ...planStart(layout)]
}

/** @param purge also the state, the configuration and the user */
export function planUninstall(layout: Layout, purge: boolean): Step[] {
  const { scope, releases, command, configDir, stateDir, cacheDir, runtimeDir, units, sysusers } =
    layout
  const remove = (path: string): Step => ({ kind: 'remove', path })
  const steps: Step[] = []
  if (existsSync(join(units, 'latchd.service'))) {
    steps.push(systemctl(layout, 'disable', '--now', 'latchd.socket', 'latchd.service'))
  }
  for (const name of unitPaths(units, purge)) steps.push(remove(join(units, name)))
  steps.push(systemctl(layout, 'daemon-reload'))
  if (isOurs(layout)) steps.push(remove(command))
  steps.push(remove(releases), remove(cacheDir))
  if (runtimeDir !== undefined) steps.push(remove(runtimeDir))
  if (!purge) return steps
  steps.push(remove(configDir), remove(stateDir))
  if (sysusers !== undefined && existsSync(sysusers)) {
    steps.push(remove(sysusers), { kind: 'run', command: ['userdel', 'latchd'] })
  }
  return scope === 'system' ? steps : steps.filter(step => step.kind !== 'run' || isManager(step))
}

/** The unit files that an uninstall removes. Without `purge` the drop-ins of an operator stay. */
function unitPaths(units: string, purge: boolean): string[] {
  const dropIns = 'latchd.service.d'
  const path = join(units, dropIns)
  const isOurs = existsSync(path) && readdirSync(path).every(name => name === NETWORK)
  return [
    'latchd.service',
    'latchd.socket',
    purge || isOurs ? dropIns : join(dropIns, NETWORK),
    ...(purge ? ['latchd.socket.d'] : []),
  ]
}

/** The version in use; `undefined` without one. */
export function currentVersion(layout: Layout): string | undefined {
  return linkOf(currentLink(layout))
}

const isManager = (step: Extract<Step, { kind: 'run' }>) => step.command[0] === 'systemctl'

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

function firstConfig({ secretFile }: Layout): string {
  return `${JSON.stringify({ tokens: [{ name: 'operator', secretFile }] }, null, 2)}\n`
}

/** The units of a layout: where they are, and the file of a release that each is a copy of. */
export function unitFiles({ scope, units }: Layout, from: string) {
  const infix = scope === 'system' ? '' : '.user'
  return ['service', 'socket'].map(kind => ({
    path: join(units, `latchd.${kind}`),
    from: join(from, `latchd${infix}.${kind}`),
  }))
}

function planUnits(layout: Layout, folder: string): Step[] {
  return unitFiles(layout, folder).map(({ path, from }) => ({
    kind: 'file',
    path,
    text: readFileSync(from, 'utf8'),
    mode: 0o644,
  }))
}

function networkDropIn({ units }: Layout, from: string): Step {
  const path = join(units, 'latchd.service.d', NETWORK)
  return { kind: 'file', path, text: read(from, NETWORK), mode: 0o644 }
}

/** Another `latchd`, such as one of `npm install --global`, keeps its name. */
function planCommand(layout: Layout): Step[] {
  const { command } = layout
  if (existsSync(command) && !isOurs(layout)) return []
  return [{ kind: 'link', path: command, target: join(currentLink(layout), 'bin', 'latchd') }]
}

function isOurs({ command, releases }: Layout): boolean {
  const target = linkOf(command)
  return target !== undefined && join(command, '..', target).startsWith(`${releases}/`)
}

function planSwitch(layout: Layout, version: string): Step[] {
  const { releases } = layout
  const current = currentVersion(layout)
  const steps: Step[] = []
  if (current !== undefined && current !== version) {
    steps.push({ kind: 'link', path: previousLink(layout), target: join(releases, current) })
  }
  steps.push({ kind: 'link', path: currentLink(layout), target: join(releases, version) })
  return steps
}

function planStart(layout: Layout): Step[] {
  return [
    systemctl(layout, 'daemon-reload'),
    systemctl(layout, 'enable', 'latchd.socket', 'latchd.service'),
    systemctl(layout, 'start', 'latchd.socket'),
    // Waits until the daemon is ready.
    systemctl(layout, 'restart', 'latchd.service'),
  ]
}

/** Only the release in use and the one before it stay. */
function planPruning(layout: Layout, version: string): Step[] {
  const { releases } = layout
  if (!existsSync(releases)) return []
  const current = currentVersion(layout)
  const before = current === version ? linkOf(previousLink(layout)) : current
  const kept = new Set([version, before, basename(currentLink(layout)), 'previous'])
  return readdirSync(releases)
    .filter(name => !kept.has(name))
    .map(name => ({ kind: 'remove', path: join(releases, name) }))
}

function systemctl({ scope }: Layout, ...args: string[]): Step {
  const flags = scope === 'user' ? ['--user'] : []
  return { kind: 'run', command: ['systemctl', ...flags, ...args] }
}
