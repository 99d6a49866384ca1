/** `latchd reject`: says no to a call that waits for a person. */

import type { Command } from 'commander'
import type { Latchd } from '../../../sdk/index.ts'
import type { Cli, Options } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { decidedText } from '../output/approval-text.ts'
import { print } from '../output/print.ts'

/** Adds `latchd reject`: rejects one approval and prints it. */
export function addReject(program: Command, cli: Cli): void {
  const command = program
    .command('reject')
    .description('say no to a call that waits for a person')
    .argument('<id>', "the approval's id")
    .option('--reason <text>', 'told to the program')
  clientCommand(command, cli, (client, options, id: string) => reject(client, id, options, cli))
}

async function reject(
  client: Latchd,
  id: string,
  options: Options,
  { terminal }: Cli,
): Promise<void> {
  const { reason } = options
  const approval = await client.approvals.reject(id, typeof reason === 'string' ? { reason } : {})
  print(terminal.stdout, `${approval.approvalId} ${decidedText(approval)}`)
}
