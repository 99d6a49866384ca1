/** The process of the `latchd` command: the only place that knows argv, environment and exit codes. */

import { enableCompileCache } from 'node:module'
import type { Terminal } from './cli/terminal.ts'

// Before anything of ours is loaded: it then comes compiled from the second start on.
enableCompileCache()

const { runProgram } = await import('./cli/program.ts')
const { exitCodes } = await import('./cli/exit-codes.ts')

const terminal: Terminal = {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener)
    return () => process.off('SIGINT', listener).off('SIGTERM', listener)
  },
  exit: code => process.exit(code),
}

// A reader that has left (`latchd ps | head`) ends the command as SIGPIPE would, without a stack.
process.stdout.on('error', () => process.exit(exitCodes.SIGPIPE))
// Nobody is left who could be told.
process.stderr.on('error', () => {})

process.exitCode = await runProgram(process.argv.slice(2), terminal)
