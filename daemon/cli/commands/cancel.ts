/** `latchd cancel`: ends an execution. */

import type { Command } from 'commander'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd cancel`: cancels one execution and prints its status. */
export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command('cancel')
    .description('cancel an execution; one that has ended stays as it is')
    .argument('<id>', 'its id')
  addSettingFlags(command, ['url']).action(
    cli.action((id: string, options: Options) => cancel(id, options, cli)),
  )
}

async function cancel(id: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const client = await openClient(config(options))
  const { executionId, status } = await client.cancel(id)
  print(terminal.stdout, `${executionId} ${status}`)
  return exitCodes.ok
}
