/** `latchd retry`: lets a stuck execution go on. */

import type { Command } from 'commander'
import type { Latchd } from '../../../sdk/index.ts'
import type { Cli } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { print } from '../output/print.ts'

/** Adds `latchd retry`: lets one stuck execution go on and prints its status. */
export function addRetry(program: Command, cli: Cli): void {
  const command = program
    .command('retry')
    .description('let a stuck execution go on')
    .argument('<id>', 'its id')
  clientCommand(command, cli, (client, _, id: string) => retry(client, id, cli))
}

async function retry(client: Latchd, id: string, { terminal }: Cli): Promise<void> {
  const { executionId, status } = await client.retry(id)
  print(terminal.stdout, `${executionId} ${status}`)
}
