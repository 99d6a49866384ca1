/** `latchd reject`: says no to a call that waits for a person. */

import type { Command } from 'commander'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { decidedText } from '../output/approval-text.ts'
import { print } from '../output/print.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd reject`: rejects one approval and prints it. */
export function addReject(program: Command, cli: Cli): void {
  const command = program
    .command('reject')
    .description('say no to a call that waits for a person')
    .argument('<id>', "the approval's id")
    .option('--reason <text>', 'told to the program')
  addSettingFlags(command, ['url']).action(
    cli.action((id: string, options: Options) => reject(id, options, cli)),
  )
}

async function reject(id: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const { reason } = options
  const client = await openClient(config(options))
  const approval = await client.approvals.reject(id, typeof reason === 'string' ? { reason } : {})
  print(terminal.stdout, `${approval.approvalId} ${decidedText(approval)}`)
  return exitCodes.ok
}
