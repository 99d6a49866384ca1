/** `latchd install`: a service of this machine, or of one user. */

import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { newSecret } from '../../auth/secret-digest.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { type Layout, previousLink } from '../../systemd/layout.ts'
import { currentVersion, planInstall, planRollback, unitFiles } from '../../systemd/plan-install.ts'
import { releaseOf } from '../../systemd/release.ts'
import { carryOut, isDone, type Step, stepText } from '../../systemd/steps.ts'
import { takenAddress } from '../../systemd/taken-address.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { oneLine, UsageError } from '../refusal.ts'
import { addPlaceFlags, installPlace } from './install-place.ts'

/** Adds `latchd install`, which installs, upgrades and rolls back. */
export function addInstall(program: Command, cli: Cli): void {
  const command = program
    .command('install')
    .description('install or upgrade latchd as a systemd service, with its Node and a token')
    .option('--network', 'let tools reach other machines, and these the daemon')
    .option('--rollback', 'go back to the release before')
    .option('--rollback-on-failure', 'go back by itself when the release does not become ready')
  addPlaceFlags(command).action(cli.action((options: Options) => install(options, cli)))
}

async function install(options: Options, { terminal }: Cli): Promise<number> {
  const { layout, runs } = installPlace('install', options, terminal)
  const isDry = options.dryRun === true
  if (runs && !isDry) await requireFreeAddress(layout)
  const steps = options.rollback ? planRollback(layout) : planThis(layout, options)
  const doing = { runs, isDry, terminal }
  const exitCode = doInstall(layout, steps, {
    ...doing,
    goesBack: options.rollbackOnFailure === true,
  })
  const isInPlace = exitCode === exitCodes.ok || options.rollbackOnFailure === true
  if (!isDry && isInPlace) printInstalled(layout, runs, terminal)
  return exitCode
}

/**
 * Refuses a first installation when another program has its address; at this point nothing is
 * written yet. An address in the operator's own drop-in is not checked.
 *
 * @throws {UsageError}
 */
async function requireFreeAddress(layout: Layout): Promise<void> {
  const socket = unitFiles(layout, unitsFolder()).find(({ path }) => path.endsWith('.socket'))
  const isFirst = currentVersion(layout) === undefined
  if (socket === undefined || !isFirst || existsSync(`${socket.path}.d`)) return
  const taken = await takenAddress(readFileSync(socket.from, 'utf8'))
  if (taken === undefined) return
  throw new UsageError(
    `Cannot install: ${taken} is taken by another program; end it, or give latchd.socket another address in ${socket.path}.d (docs/operations.md, "Sockets")`,
  )
}

/**
 * Does the steps of an installation. When a new release does not become ready, `goesBack` returns
 * to the release before; without it the operator reads how to do that.
 *
 * @returns the exit code: 1 when the new release did not become ready
 * @throws {Error} when nothing was changed, or no release was there before
 */
export function doInstall(
  layout: Layout,
  steps: readonly Step[],
  doing: Doing & { readonly goesBack: boolean },
): number {
  const before = currentVersion(layout)
  try {
    doSteps(steps, doing)
    return exitCodes.ok
  } catch (error) {
    const failed = currentVersion(layout)
    // Until the new release is the current one, the old one runs as before.
    if (before === undefined || failed === before) throw error
    const { stderr } = doing.terminal
    print(stderr, `latchd: ${failed} does not become ready: ${oneLine(error)}`)
    if (doing.goesBack) doSteps(planRollback(layout), doing)
    else print(stderr, `latchd: to go back to ${before}: ${rollbackCommand(layout)}`)
    return exitCodes.failed
  }
}

/** By the command of the release before, which is known to run. */
function rollbackCommand(layout: Layout): string {
  const command = join(previousLink(layout), 'bin', 'latchd')
  return layout.scope === 'user'
    ? `${command} install --user --rollback`
    : `sudo ${command} install --rollback`
}

function planThis(layout: Layout, options: Options): Step[] {
  const packageRoot = ownPackage()
  return planInstall({
    layout,
    packageRoot,
    release: releaseOf(packageRoot, process.execPath),
    secret: newSecret(),
    hasNetwork: options.network === true,
  })
}

interface Doing {
  /** Whether commands are run, or only files written. */
  readonly runs: boolean
  readonly isDry: boolean
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>
}

/**
 * Does the steps that are not done yet and prints a line for each.
 *
 * @throws {Error} at the first that fails
 */
export function doSteps(steps: readonly Step[], { runs, isDry, terminal }: Doing): void {
  for (const step of steps) {
    if ((step.kind === 'run' && !runs) || isDone(step)) continue
    print(terminal.stdout, `${isDry ? 'would ' : ''}${stepText(step)}`)
    if (!isDry) carryOut(step)
  }
}

function printInstalled(layout: Layout, runs: boolean, { stdout }: Terminal): void {
  const { scope, configDir, command } = layout
  const flag = scope === 'user' ? ' --user' : ''
  const version = currentVersion(layout)
  print(stdout, `latchd ${version} is ${runs ? 'running as latchd.service' : 'installed'}`)
  print(stdout, `  token          ${configDir}/token`)
  print(stdout, `  configuration  ${configDir}/latchd.config.json`)
  if (existsSync(command)) print(stdout, `  command        ${command}`)
  if (runs) print(stdout, `  log            journalctl${flag} -u latchd.service`)
}

/** The folder of this package. */
function ownPackage(): string {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) throw new Error('Cannot find the package.json of latchd')
  return dirname(path)
}

const unitsFolder = () => join(ownPackage(), 'daemon', 'systemd')
