/** `latchd tools`: what programs of a daemon may call. */

import type { Command } from 'commander'
import type { Latchd } from '../../../sdk/index.ts'
import type { Cli, Options } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { firstLine, print } from '../output/print.ts'
import { table } from '../output/table.ts'

/** Adds `latchd tools`: a daemon's tools as a table, JSON Schemas or TypeScript declarations. */
export function addTools(program: Command, cli: Cli): void {
  const command = program
    .command('tools')
    .description('list the tools of a daemon')
    .option('--json', 'print their JSON Schemas')
    .option('--typescript', 'print their TypeScript declarations, to be put into a prompt')
  clientCommand(command, cli, (client, options) => tools(client, options, cli))
}

async function tools(client: Latchd, options: Options, { terminal }: Cli): Promise<void> {
  if (options.typescript) {
    print(terminal.stdout, (await client.toolDeclarations()).trimEnd())
  }
  const list = await client.tools()
  const text = options.json
    ? JSON.stringify(list, null, 2)
    : table(list.map(({ name, description }) => [name, firstLine(description)]))
  print(terminal.stdout, text)
  for (const { warnings = [] } of list) {
    for (const warning of warnings) print(terminal.stderr, `latchd: ${warning}`)
  }
}
