/** `latchd install`: a service of this machine, or of one user. */

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import type { Layout } from '../systemd/layout.ts'
import { currentVersion, planInstall, planRollback } from '../systemd/plan-install.ts'
import { releaseOf } from '../systemd/release.ts'
import { carryOut, isDone, type Step, stepText } from '../systemd/steps.ts'
import type { Cli, Options } from './cli.ts'
import { exitCodes } from './exit-codes.ts'
import { addPlaceFlags, installPlace } from './install-place.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

export function addInstall(program: Command, cli: Cli): void {
  const command = program
    .command('install')
    .description('install or upgrade latchd as a systemd service, with its Node and a token')
    .option('--network', 'let tools reach other machines, and these the daemon')
    .option('--rollback', 'go back to the release before')
  addPlaceFlags(command).action(cli.action((options: Options) => install(options, cli)))
}

/** Entropy of a token's secret, in bytes. */
const SECRET_BYTES = 32

async function install(options: Options, { terminal }: Cli): Promise<number> {
  const { layout, runs } = installPlace('install', options, terminal)
  const steps = options.rollback ? planRollback(layout) : planThis(layout, options)
  doSteps(steps, { runs, isDry: options.dryRun === true, terminal })
  if (!options.dryRun) tellInstalled(layout, runs, terminal)
  return exitCodes.ok
}

function planThis(layout: Layout, options: Options): Step[] {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) throw new Error('Cannot find the package.json of latchd')
  const packageRoot = dirname(path)
  return planInstall({
    layout,
    packageRoot,
    release: releaseOf(packageRoot, process.execPath),
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
    hasNetwork: options.network === true,
  })
}

interface Doing {
  /** Whether commands are run, or only files written. */
  readonly runs: boolean
  readonly isDry: boolean
  readonly terminal: Terminal
}

/** Does what is not done yet, a line for each step. @throws {Error} at the first that fails */
export function doSteps(steps: readonly Step[], { runs, isDry, terminal }: Doing): void {
  for (const step of steps) {
    if ((step.kind === 'run' && !runs) || isDone(step)) continue
    print(terminal.stdout, `${isDry ? 'would ' : ''}${stepText(step)}`)
    if (!isDry) carryOut(step)
  }
}

function tellInstalled(layout: Layout, runs: boolean, { stdout }: Terminal): void {
  const { scope, configDir, command } = layout
  const flag = scope === 'user' ? ' --user' : ''
  const version = currentVersion(layout)
  print(stdout, `latchd ${version} is ${runs ? 'running as latchd.service' : 'installed'}`)
  print(stdout, `  token          ${configDir}/token`)
  print(stdout, `  configuration  ${configDir}/latchd.config.json`)
  if (existsSync(command)) print(stdout, `  command        ${command}`)
  if (runs) print(stdout, `  log            journalctl${flag} -u latchd.service`)
}
