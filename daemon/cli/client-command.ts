/** Commands about a daemon: each talks to it through a client. */

import type { Command } from 'commander'
import type { Latchd } from '../../sdk/index.ts'
import type { Cli, Options } from './cli.ts'
import { openClient } from './client.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './output/print.ts'
import { fitted, table } from './output/table.ts'
import { addSettingFlags } from './setting-flags.ts'

/**
 * Adds the flag `--url` to a command, and its action. The action gets a client of the daemon, the
 * command's options and its arguments. The command exits with 0 unless the action throws.
 */
export function clientCommand<Args extends unknown[]>(
  command: Command,
  cli: Cli,
  action: (client: Latchd, options: Options, ...args: Args) => Promise<void>,
): void {
  addSettingFlags(command, ['url']).action(
    cli.action(async (...given: [...Args, Options, Command]) => {
      // A command below another one has the flags of that one too.
      const options: Options = command.optsWithGlobals()
      const args = given.slice(0, -2) as Args
      await action(await openClient(cli.config(options)), options, ...args)
      return exitCodes.ok
    }),
  )
}

/** A list that a command prints. */
export interface List<Entry> {
  /** The titles of the columns. */
  readonly head: readonly string[]
  readonly read: (client: Latchd, options: Options) => Promise<readonly Entry[]>
  /** The cells of an entry. */
  readonly row: (entry: Entry, nowMs: number) => readonly string[]
  /** Whether a terminal gets lines as long as it is wide. */
  readonly isFitted?: true
}

/** Adds the flags `--json` and `--url` to a command, and an action that prints a list. */
export function listCommand<Entry>(
  command: Command,
  cli: Cli,
  { head, read, row, isFitted }: List<Entry>,
): void {
  const { stdout } = cli.terminal
  clientCommand(command.option('--json', 'print JSON'), cli, async (client, options) => {
    const entries = await read(client, options)
    if (options.json) return print(stdout, JSON.stringify(entries, null, 2))
    const nowMs = Date.now()
    const text = table([head, ...entries.map(entry => row(entry, nowMs))])
    print(stdout, isFitted ? fitted(text, stdout) : text)
  })
}
