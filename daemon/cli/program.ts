/** The command line: every command in its own file, and what they share. */

import { Command, CommanderError } from 'commander'
import { loadConfig } from '../config/config.ts'
import { readIfThere } from '../read-if-there.ts'
import { packageVersion } from '../version.ts'
import { addAgent } from './agent.ts'
import { addApprovals } from './approvals.ts'
import { addApprove } from './approve.ts'
import { addCancel } from './cancel.ts'
import type { Cli } from './cli.ts'
import { addConfig } from './config.ts'
import { addDoctor } from './doctor.ts'
import { exitCodes } from './exit-codes.ts'
import { addInstall } from './install.ts'
import { addLogs } from './logs.ts'
import { print } from './print.ts'
import { addPs } from './ps.ts'
import { oneLine, refuse, UsageError } from './refusal.ts'
import { addReject } from './reject.ts'
import { addReplay } from './replay.ts'
import { addRetry } from './retry.ts'
import { addRun } from './run.ts'
import { addServe } from './serve.ts'
import { addSessions } from './sessions.ts'
import { flagTexts } from './setting-flags.ts'
import { addShow } from './show.ts'
import { addStore } from './store.ts'
import type { Terminal } from './terminal.ts'
import { addToken } from './token.ts'
import { addTools } from './tools.ts'
import { addUninstall } from './uninstall.ts'

/** In the order in which help tells them. */
const commands = [
  addServe,
  addRun,
  addAgent,
  addTools,
  addPs,
  addShow,
  addLogs,
  addCancel,
  addRetry,
  addApprovals,
  addApprove,
  addReject,
  addSessions,
  addReplay,
  addStore,
  addToken,
  addConfig,
  addDoctor,
  addInstall,
  addUninstall,
]

/** Runs the command that the arguments (without program and script) ask for; gives its exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const { env, cwd, stdout, stderr } = terminal
  let exitCode = 0
  const cli: Cli = {
    terminal,
    config: options => loadConfig({ flags: flagTexts(options), env, cwd, readFile: readIfThere }),
    action:
      command =>
      async (...given) => {
        exitCode = await command(...given)
      },
  }
  const program = new Command('latchd')
    .description('Runs model-written programs in which asynchronous tools read as plain functions')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      outputError: text => print(stderr, `latchd: ${oneLine(text).replace(/^error: /, '')}`),
    })
  for (const add of commands) add(program, cli)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    const isHelp = args[0] === 'help' && error instanceof CommanderError
    if (!isHelp || error.code !== 'commander.help') return refuse(error, terminal)
    const [, asked] = args
    if (asked === undefined || program.commands.some(one => one.name() === asked)) {
      return exitCodes.ok
    }
    return refuse(new UsageError(`Cannot help with ${asked}: there is no such command`), terminal)
  }
}
