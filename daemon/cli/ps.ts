/** `latchd ps`: the executions that a daemon knows, newest first. */

import type { Command } from 'commander'
import { type Execution, executionStatuses } from '../../protocol/execution.ts'
import { oneOf, wholeNumber } from '../config/value-kind.ts'
import type { Cli, Options } from './cli.ts'
import { openClient } from './client.ts'
import { exitCodes } from './exit-codes.ts'
import { optionValue } from './option-value.ts'
import { print } from './print.ts'
import { addSettingFlags } from './setting-flags.ts'
import { shortDuration } from './short-duration.ts'
import { table } from './table.ts'

export function addPs(program: Command, cli: Cli): void {
  const command = program
    .command('ps')
    .description('list the executions of a daemon, newest first')
    .option('--status <status>', `only those that are ${executionStatuses.join(', ')}`)
    .option('--limit <number>', 'at most so many', '20')
    .option('--json', 'print JSON')
  addSettingFlags(command, ['url']).action(cli.action((options: Options) => ps(options, cli)))
}

async function ps(options: Options, { terminal, config }: Cli): Promise<number> {
  const limit = optionValue('--limit', options.limit, wholeNumber(1, 1000)) as number
  const status = optionValue('--status', options.status, oneOf(executionStatuses))
  const client = await openClient(config(options))
  const { data } = await client.list({ limit, ...(status !== undefined && { status }) })
  if (options.json) {
    print(terminal.stdout, JSON.stringify(data, null, 2))
    return exitCodes.ok
  }
  const nowMs = Date.now()
  const rows = data.map(execution => [
    execution.executionId,
    execution.status,
    shortDuration(nowMs - execution.createdAtMs),
    String(execution.calls.length),
    reasonOf(execution),
  ])
  print(terminal.stdout, table([['ID', 'STATUS', 'AGE', 'CALLS', 'WHY'], ...rows]))
  return exitCodes.ok
}

/** What it waits for, or the code of its error. */
function reasonOf(execution: Execution): string {
  if (execution.status !== 'waiting') return 'error' in execution ? execution.error.code : ''
  return [...new Set(execution.waitingFor.map(({ tool }) => tool))].join(', ')
}
