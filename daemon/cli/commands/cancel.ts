/** `latchd cancel`: ends an execution. */

import type { Command } from 'commander'
import type { Latchd } from '../../../sdk/index.ts'
import type { Cli } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { print } from '../output/print.ts'

/** Adds `latchd cancel`: cancels one execution and prints its status. */
export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command('cancel')
    .description('cancel an execution; one that has ended stays as it is')
    .argument('<id>', 'its id')
  clientCommand(command, cli, (client, _, id: string) => cancel(client, id, cli))
}

async function cancel(client: Latchd, id: string, { terminal }: Cli): Promise<void> {
  const { executionId, status } = await client.cancel(id)
  print(terminal.stdout, `${executionId} ${status}`)
}
