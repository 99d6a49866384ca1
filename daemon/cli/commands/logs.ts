/** `latchd logs`: the console text of an execution. */

import type { Command } from 'commander'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import type { Latchd } from '../../../sdk/index.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import type { Cli, Options } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { askedText, decidedText } from '../output/approval-text.ts'
import { failureText } from '../output/guest-failure.ts'
import { print } from '../output/print.ts'

/** Adds `latchd logs`: an execution's console text on stdout, its error on stderr. */
export function addLogs(program: Command, cli: Cli): void {
  const command = program
    .command('logs')
    .description('print the console text of an execution, and its error')
    .argument('<id>', 'its id')
    .option('-f, --follow', 'go on until it ends')
  clientCommand(command, cli, (client, options, id: string) => logs(client, id, options, cli))
}

async function logs(
  client: Latchd,
  id: string,
  options: Options,
  { terminal }: Cli,
): Promise<void> {
  if (!options.follow) {
    const execution = await client.get(id)
    for (const { text } of execution.logs) print(terminal.stdout, text)
    return printFailure(execution, terminal)
  }
  for await (const event of client.events(id)) {
    if (event.type === 'log-written') print(terminal.stdout, event.log.text)
    const news = newsOf(event)
    if (news !== undefined) print(terminal.stderr, news)
    if (event.type === 'execution-ended') printFailure(event.execution, terminal)
  }
}

/** Prints the error of an execution that has one: it explains why the text ends here. */
function printFailure(execution: Execution, { stderr }: Terminal): void {
  if ('error' in execution) print(stderr, failureText(execution.error))
}

/** The reason why the text pauses. */
function newsOf(event: ExecutionEvent): string | undefined {
  switch (event.type) {
    case 'approval-requested':
      return `Waits for approval ${event.approval.approvalId}: ${askedText(event.approval)}`
    case 'approval-decided':
      return `${event.approval.tool} ${decidedText(event.approval)}`
    case 'execution-stuck':
      return `Stuck: ${event.error.code} ${event.error.message}`
    case 'execution-started':
    case 'log-written':
    case 'call-started':
    case 'call-progressed':
    case 'call-completed':
    case 'file-emitted':
    case 'execution-parked':
    case 'execution-resumed':
    case 'execution-ended':
      return undefined
    default:
      // A newer daemon may send events of other types.
      event satisfies never
      return undefined
  }
}
