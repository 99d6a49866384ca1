/** `latchd uninstall`: removes what `latchd install` has made. */

import type { Command } from 'commander'
import { planUninstall } from '../../systemd/plan-install.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { doSteps } from './install.ts'
import { addPlaceFlags, installPlace } from './install-place.ts'

/** Adds `latchd uninstall`. State and configuration stay unless `--purge` is given. */
export function addUninstall(program: Command, cli: Cli): void {
  const command = program
    .command('uninstall')
    .description('stop and remove the installed latchd; state and configuration stay')
    .option('--purge', 'remove state, configuration and token as well')
  addPlaceFlags(command).action(cli.action((options: Options) => uninstall(options, cli)))
}

async function uninstall(options: Options, { terminal }: Cli): Promise<number> {
  const { layout, runs } = installPlace('uninstall', options, terminal)
  const purge = options.purge === true
  const isDry = options.dryRun === true
  doSteps(planUninstall(layout, purge), { runs, isDry, terminal })
  if (!isDry && !purge) {
    print(
      terminal.stdout,
      `state stays in ${layout.stateDir}, configuration in ${layout.configDir}`,
    )
  }
  return exitCodes.ok
}
