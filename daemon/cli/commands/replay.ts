/** `latchd replay`: runs an execution again from its journal, and says whether it goes the same way. */

import type { Command } from 'commander'
import { maxFileRequests } from '../../../executor/files/file-operations.ts'
import type { Replay, ReplayEnd } from '../../../protocol/execution/replay.ts'
import { limitTable } from '../../../protocol/limits.ts'
import { Connection } from '../../../sdk/http.ts'
import { wholeNumber } from '../../config/value-kind.ts'
import type { Output } from '../../lifecycle/terminal.ts'
import type { Cli, Options } from '../cli.ts'
import { transportTo } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { optionValue } from '../option-value.ts'
import { print } from '../output/print.ts'
import { table } from '../output/table.ts'
import { oneLine } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'

const MOST_CALLS = limitTable.maxCalls.ceiling

/**
 * Adds `latchd replay`. It exits with 1 when the execution takes another path or ends in another
 * way.
 */
export function addReplay(program: Command, cli: Cli): void {
  const command = program
    .command('replay')
    .description(
      'run an execution again from its journal without calling a tool; exit 0 when it goes the same way, 1 when not',
    )
    .argument('<id>', 'its id')
    .option('--until <number>', 'end at the call whose id ends in this number, and show its place')
    .option('--json', 'print JSON')
  addSettingFlags(command, ['url']).action(
    cli.action((id: string, options: Options) => replay(id, options, cli)),
  )
}

async function replay(id: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const untilCall = optionValue(
    '--until',
    options.until,
    // Requests about files have numbers too.
    wholeNumber(1, MOST_CALLS + maxFileRequests({ maxCalls: MOST_CALLS })),
  )
  const { url, token, fetch } = await transportTo(config(options))
  const connection = new Connection({ url, token, fetch })
  const path = `/v1/executions/${encodeURIComponent(id)}/replay`
  const body = untilCall === undefined ? {} : { untilCall }
  const came = await connection.json<Replay>('POST', path, { body })
  const { stdout } = terminal
  if (options.json) print(stdout, JSON.stringify(came, null, 2))
  else {
    if (untilCall !== undefined) printPast(came, stdout)
    print(stdout, verdict(came, untilCall))
    printPlace(came, stdout)
    printVariables(came, stdout)
  }
  return came.result === 'same' || came.result === 'halted' ? exitCodes.ok : exitCodes.failed
}

/** The console lines and calls up to the place. */
function printPast({ logs, calls }: Replay, stdout: Output): void {
  for (const { text } of logs) print(stdout, text)
  if (calls.length === 0) return
  print(stdout, table(calls.map(({ callId, tool, status }) => [callId, tool, status])))
}

function verdict(came: Replay, untilCall: number | undefined): string {
  const { executionId } = came
  switch (came.result) {
    case 'same': {
      const short = untilCall === undefined ? '' : `; it does not come to call ${untilCall}`
      return `${executionId} goes the same way: ${came.reached}${short}`
    }
    case 'differs':
      return `${executionId} ends in another way: before ${endText(came.before)}, now ${endText(came.now)}`
    case 'diverged':
      return `${executionId} goes another way: ${oneLine(came.error.message)}`
    case 'halted':
      return `${executionId} makes call ${untilCall}: ${came.call.replace(/^call /, '')}`
    default:
      return came satisfies never
  }
}

function endText(end: ReplayEnd): string {
  return end.status === 'completed'
    ? `completed with ${end.output.text}`
    : `failed with ${end.error.code}: ${oneLine(end.error.message)}`
}

function printPlace({ place }: Replay, stdout: Output): void {
  if (place?.line === undefined) return
  print(stdout, `at program:${place.line}:${place.column}`)
  if (place.frame !== undefined) print(stdout, place.frame)
}

function printVariables({ variables = [] }: Replay, stdout: Output): void {
  for (const { name, text } of variables) print(stdout, `${name} = ${text ?? '(no value yet)'}`)
}
