/** `latchd ps`: the executions that a daemon knows, newest first. */

import type { Command } from 'commander'
import { type Execution, executionStatuses } from '../../../protocol/execution/execution.ts'
import type { Latchd, ListOptions } from '../../../sdk/index.ts'
import { oneOf, wholeNumber } from '../../config/value-kind.ts'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { readInstant } from '../instant.ts'
import { optionValue } from '../option-value.ts'
import { fitted } from '../output/fitted.ts'
import { print } from '../output/print.ts'
import { shortDuration } from '../output/short-duration.ts'
import { table } from '../output/table.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd ps`: a table of executions, by default of the newest 20. */
export function addPs(program: Command, cli: Cli): void {
  const command = program
    .command('ps')
    .description('list the executions of a daemon, newest first')
    .option('--status <status>', `only those that are ${executionStatuses.join(', ')}`)
    .option('--since <time>', 'only those created since then: 15m, 2h, 7d ago, or a date')
    .option('--until <time>', 'only those created before then')
    .option('--session <id>', 'only those of a session')
    .option('--tool <name>', 'only those that have called a tool')
    .option('--limit <number>', 'at most so many', '20')
    .option('--json', 'print JSON')
  addSettingFlags(command, ['url']).action(cli.action((options: Options) => ps(options, cli)))
}

async function ps(options: Options, { terminal, config }: Cli): Promise<number> {
  const limit = optionValue('--limit', options.limit, wholeNumber(1, 1000)) as number
  const status = optionValue('--status', options.status, oneOf(executionStatuses))
  const nowMs = Date.now()
  const createdFromMs = readInstant('--since', options.since, nowMs)
  const createdBeforeMs = readInstant('--until', options.until, nowMs)
  const filter = {
    ...(status !== undefined && { status }),
    ...(createdFromMs !== undefined && { createdFromMs }),
    ...(createdBeforeMs !== undefined && { createdBeforeMs }),
    ...(typeof options.session === 'string' && { sessionId: options.session }),
    ...(typeof options.tool === 'string' && { tool: options.tool }),
  }
  const data = await firstOf(await openClient(config(options)), filter, limit)
  if (options.json) {
    print(terminal.stdout, JSON.stringify(data, null, 2))
    return exitCodes.ok
  }
  const rows = data.map(execution => [
    execution.executionId,
    execution.status,
    shortDuration(nowMs - execution.createdAtMs),
    String(execution.calls.length),
    reasonOf(execution),
    execution.sourceLine ?? '',
  ])
  const head = ['ID', 'STATUS', 'AGE', 'CALLS', 'WHY', 'PROGRAM']
  print(terminal.stdout, fitted(table([head, ...rows]), terminal.stdout))
  return exitCodes.ok
}

/** The newest that fit a filter; a filtered page may be short, and lead on all the same. */
async function firstOf(client: Latchd, filter: ListOptions, limit: number): Promise<Execution[]> {
  const found: Execution[] = []
  let after: string | undefined
  do {
    const rest = limit - found.length
    const page = await client.list({
      ...filter,
      limit: rest,
      ...(after !== undefined && { after }),
    })
    found.push(...page.data)
    after = page.nextCursor
  } while (after !== undefined && found.length < limit)
  return found
}

/** The tools that an execution waits for, or the code of its error. */
function reasonOf(execution: Execution): string {
  if (execution.status !== 'waiting') return 'error' in execution ? execution.error.code : ''
  return [...new Set(execution.waitingFor.map(({ tool }) => tool))].join(', ')
}
