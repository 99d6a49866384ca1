/** `latchd retry`: lets a stuck execution go on. */

import type { Command } from 'commander'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd retry`: lets one stuck execution go on and prints its status. */
export function addRetry(program: Command, cli: Cli): void {
  const command = program
    .command('retry')
    .description('let a stuck execution go on')
    .argument('<id>', 'its id')
  addSettingFlags(command, ['url']).action(
    cli.action((id: string, options: Options) => retry(id, options, cli)),
  )
}

async function retry(id: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const client = await openClient(config(options))
  const { executionId, status } = await client.retry(id)
  print(terminal.stdout, `${executionId} ${status}`)
  return exitCodes.ok
}
