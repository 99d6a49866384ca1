/** `latchd sessions`: the sessions of a daemon, newest first; `rm` forgets some. */

import type { Command } from 'commander'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { shortDuration } from '../output/short-duration.ts'
import { table } from '../output/table.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd sessions`, which lists, and `latchd sessions rm`, which deletes. */
export function addSessions(program: Command, cli: Cli): void {
  const command = program
    .command('sessions')
    .description('list the sessions of a daemon, newest first')
    .option('--json', 'print JSON')
  addSettingFlags(command, ['url']).action(cli.action((options: Options) => list(options, cli)))
  const rm = command
    .command('rm')
    .description('forget sessions with their state')
    .argument('<ids...>', 'their ids')
  addSettingFlags(rm, ['url']).action(
    cli.action((ids: string[], _: Options, rm: Command) => remove(ids, rm.optsWithGlobals(), cli)),
  )
}

async function list(options: Options, { terminal, config }: Cli): Promise<number> {
  const client = await openClient(config(options))
  const sessions = await client.sessions.list()
  if (options.json) {
    print(terminal.stdout, JSON.stringify(sessions, null, 2))
    return exitCodes.ok
  }
  const nowMs = Date.now()
  const rows = sessions.map(
    ({ sessionId, createdAtMs, lastUsedAtMs, executions, snapshotBytes }) => [
      sessionId,
      shortDuration(nowMs - createdAtMs),
      shortDuration(nowMs - lastUsedAtMs),
      String(executions),
      String(snapshotBytes),
    ],
  )
  print(terminal.stdout, table([['ID', 'AGE', 'UNUSED', 'EXECUTIONS', 'BYTES'], ...rows]))
  return exitCodes.ok
}

async function remove(
  ids: readonly string[],
  options: Options,
  { terminal, config }: Cli,
): Promise<number> {
  const client = await openClient(config(options))
  for (const id of ids) {
    await client.sessions.delete(id)
    print(terminal.stdout, `${id} forgotten`)
  }
  return exitCodes.ok
}
