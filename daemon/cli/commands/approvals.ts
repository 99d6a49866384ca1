/** `latchd approvals`: calls that wait for a person, newest first. */

import type { Command } from 'commander'
import { ApprovalStatus } from '../../../protocol/approval.ts'
import { oneOf } from '../../config/value-kind.ts'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { optionValue } from '../option-value.ts'
import { askedText } from '../output/approval-text.ts'
import { print } from '../output/print.ts'
import { shortDuration } from '../output/short-duration.ts'
import { table } from '../output/table.ts'
import { addSettingFlags } from '../setting-flags.ts'

const ANY = 'any'
const statuses = [...ApprovalStatus.options, ANY] as const

/** Adds `latchd approvals`: a table of approvals, by default of the pending ones. */
export function addApprovals(program: Command, cli: Cli): void {
  const command = program
    .command('approvals')
    .description('list what waits for a person')
    .option('--status <status>', `those that are ${statuses.join(', ')}`, 'pending')
    .option('--json', 'print JSON')
  addSettingFlags(command, ['url']).action(
    cli.action((options: Options) => approvals(options, cli)),
  )
}

async function approvals(options: Options, { terminal, config }: Cli): Promise<number> {
  const status = optionValue('--status', options.status, oneOf(statuses))
  const client = await openClient(config(options))
  const query = status === undefined || status === ANY ? {} : { status }
  const list = await client.approvals.list(query)
  if (options.json) {
    print(terminal.stdout, JSON.stringify(list, null, 2))
    return exitCodes.ok
  }
  const nowMs = Date.now()
  const rows = list.map(approval => [
    approval.approvalId,
    approval.status,
    shortDuration(nowMs - approval.createdAtMs),
    askedText(approval),
  ])
  print(terminal.stdout, table([['ID', 'STATUS', 'AGE', 'ASKED'], ...rows]))
  return exitCodes.ok
}
