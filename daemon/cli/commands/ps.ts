/** `latchd ps`: the executions that a daemon knows, newest first. */

import type { Command } from 'commander'
import { type Execution, executionStatuses } from '../../../protocol/execution/execution.ts'
import { MAX_PAGE_LIMIT } from '../../../protocol/page-limits.ts'
import type { Latchd, ListOptions } from '../../../sdk/index.ts'
import { oneOf, wholeNumber } from '../../config/value-kind.ts'
import type { Cli, Options } from '../cli.ts'
import { listCommand } from '../client-command.ts'
import { readInstant } from '../instant.ts'
import { optionValue } from '../option-value.ts'
import { shortDuration } from '../output/short-duration.ts'

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
  listCommand(command, cli, {
    head: ['ID', 'STATUS', 'AGE', 'CALLS', 'WHY', 'PROGRAM'],
    read: readExecutions,
    row: (execution: Execution, nowMs) => [
      execution.executionId,
      execution.status,
      shortDuration(nowMs - execution.createdAtMs),
      String(execution.calls.length),
      reasonOf(execution),
      execution.sourceLine ?? '',
    ],
    isFitted: true,
  })
}

async function readExecutions(client: Latchd, options: Options): Promise<readonly Execution[]> {
  const limit = optionValue('--limit', options.limit, wholeNumber(1, MAX_PAGE_LIMIT)) as number
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
  return await firstOf(client, filter, limit)
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
