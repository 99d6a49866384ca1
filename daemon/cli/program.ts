/** The command line: every command in its own file, and what they share. */

import { Command, CommanderError } from 'commander'
import { readIfThere } from '../base/read-if-there.ts'
import { packageVersion } from '../base/version.ts'
import { loadConfig } from '../config/config.ts'
import type { Terminal } from '../lifecycle/terminal.ts'
import type { Cli } from './cli.ts'
import { addAgent } from './commands/agent.ts'
import { addApprovals } from './commands/approvals.ts'
import { addApprove } from './commands/approve.ts'
import { addCancel } from './commands/cancel.ts'
import { addConfig } from './commands/config.ts'
import { addInstall } from './commands/install.ts'
import { addLogs } from './commands/logs.ts'
import { addMcp } from './commands/mcp.ts'
import { addNodes } from './commands/nodes.ts'
import { addOpen } from './commands/open.ts'
import { addPs } from './commands/ps.ts'
import { addReject } from './commands/reject.ts'
import { addReplay } from './commands/replay.ts'
import { addRetry } from './commands/retry.ts'
import { addRun } from './commands/run.ts'
import { addServe } from './commands/serve.ts'
import { addSessions } from './commands/sessions.ts'
import { addShow } from './commands/show.ts'
import { addStore } from './commands/store.ts'
import { addToken } from './commands/token.ts'
import { addTools } from './commands/tools.ts'
import { addUninstall } from './commands/uninstall.ts'
import { addDoctor } from './doctor/doctor.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './output/print.ts'
import { oneLine, refuse, UsageError } from './refusal.ts'
import { flagTexts } from './setting-flags.ts'

/** In the order of the help text. */
const commands = [
  addServe,
  addRun,
  addAgent,
  addMcp,
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
  addNodes,
  addReplay,
  addOpen,
  addStore,
  addToken,
  addConfig,
  addDoctor,
  addInstall,
  addUninstall,
]

/** Runs the command of the arguments (without program and script); returns its exit code. */
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
