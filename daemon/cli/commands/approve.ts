/** `latchd approve`: lets a call be made that waits for a person. */

import type { Command } from 'commander'
import type { Approval } from '../../../protocol/approval.ts'
import type { DecisionOptions } from '../../../protocol/execution/executor.ts'
import type { Latchd } from '../../../sdk/index.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import type { Cli, Options } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { askedText, decidedText, isQuestion } from '../output/approval-text.ts'
import { print } from '../output/print.ts'
import { oneLine, UsageError } from '../refusal.ts'

/** Adds `latchd approve`. For a question without `--answer` it asks at the terminal. */
export function addApprove(program: Command, cli: Cli): void {
  const command = program
    .command('approve')
    .description('let a call be made that waits for a person')
    .argument('<id>', "the approval's id")
    .option('--reason <text>', 'told to the program')
    .option('--args <json>', "instead of the call's input")
    .option('--answer <text>', 'the answer to a question; asked for at a terminal')
    .option('--remember', 'do not ask for this tool again in its session')
  clientCommand(command, cli, (client, options, id: string) => approve(client, id, options, cli))
}

async function approve(
  client: Latchd,
  id: string,
  options: Options,
  { terminal }: Cli,
): Promise<void> {
  const { reason, args, answer, remember } = options
  const decision: DecisionOptions = {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof args === 'string' && { args: readArgs(args) }),
    ...(typeof answer === 'string' && { answer }),
    ...(remember === true && { remember: 'session' }),
  }
  const asked = decision.answer === undefined ? await client.approvals.get(id) : undefined
  const answered =
    asked !== undefined && asked.status === 'pending' && isQuestion(asked)
      ? { ...decision, answer: await askAnswer(asked, terminal) }
      : decision
  const approval = await client.approvals.approve(id, answered)
  print(terminal.stdout, `${approval.approvalId} ${decidedText(approval)}`)
}

/** @throws {UsageError} without a terminal, or when its input ends without an answer */
async function askAnswer(approval: Approval, { stderr, ask }: Terminal): Promise<string> {
  if (ask !== undefined) {
    print(stderr, askedText(approval))
    const answer = await ask('Answer: ')
    if (answer !== undefined) return answer
  }
  throw new UsageError(
    `Cannot approve ${approval.approvalId}: it is a question; give the answer with --answer TEXT`,
  )
}

function readArgs(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(
      `Cannot use --args ${JSON.stringify(text)}: expected JSON (${oneLine(error)})`,
    )
  }
}
