/** `latchd approvals`: calls that wait for a person, newest first. */

import type { Command } from 'commander'
import { type Approval, ApprovalStatus } from '../../../protocol/approval.ts'
import { oneOf } from '../../config/value-kind.ts'
import type { Cli } from '../cli.ts'
import { listCommand } from '../client-command.ts'
import { optionValue } from '../option-value.ts'
import { askedText } from '../output/approval-text.ts'
import { shortDuration } from '../output/short-duration.ts'

const ANY = 'any'
const statuses = [...ApprovalStatus.options, ANY] as const

/** Adds `latchd approvals`: a table of approvals, by default of the pending ones. */
export function addApprovals(program: Command, cli: Cli): void {
  const command = program
    .command('approvals')
    .description('list what waits for a person')
    .option('--status <status>', `those that are ${statuses.join(', ')}`, 'pending')
  listCommand(command, cli, {
    head: ['ID', 'STATUS', 'AGE', 'ASKED'],
    read: (client, { status: text }) => {
      const status = optionValue('--status', text, oneOf(statuses))
      return client.approvals.list(status === undefined || status === ANY ? {} : { status })
    },
    row: (approval: Approval, nowMs) => [
      approval.approvalId,
      approval.status,
      shortDuration(nowMs - approval.createdAtMs),
      askedText(approval),
    ],
  })
}
