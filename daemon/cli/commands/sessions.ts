/** `latchd sessions`: the sessions of a daemon, newest first; `rm` forgets some. */

import type { Command } from 'commander'
import type { Session } from '../../../protocol/execution/session.ts'
import type { Cli } from '../cli.ts'
import { clientCommand, listCommand } from '../client-command.ts'
import { print } from '../output/print.ts'
import { shortDuration } from '../output/short-duration.ts'

/** Adds `latchd sessions`, which lists, and `latchd sessions rm`, which deletes. */
export function addSessions(program: Command, cli: Cli): void {
  const command = program
    .command('sessions')
    .description('list the sessions of a daemon, newest first')
  listCommand(command, cli, {
    head: ['ID', 'AGE', 'UNUSED', 'EXECUTIONS', 'BYTES'],
    read: client => client.sessions.list(),
    row: ({ sessionId, createdAtMs, lastUsedAtMs, executions, snapshotBytes }: Session, nowMs) => [
      sessionId,
      shortDuration(nowMs - createdAtMs),
      shortDuration(nowMs - lastUsedAtMs),
      String(executions),
      String(snapshotBytes),
    ],
  })
  const rm = command
    .command('rm')
    .description('forget sessions with their state')
    .argument('<ids...>', 'their ids')
  clientCommand(rm, cli, async (client, _, ids: readonly string[]) => {
    for (const id of ids) {
      await client.sessions.delete(id)
      print(cli.terminal.stdout, `${id} forgotten`)
    }
  })
}
