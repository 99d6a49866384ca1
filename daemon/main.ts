/** The process of the `latchd` command: the only place that knows argv, environment and exit codes. */

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import type { Terminal } from './lifecycle/terminal.ts'

const env = { ...process.env }
const cache = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'))
// Before anything of ours is loaded: from the second start on it then comes compiled. Not in Node's
// default folder, which is a shared one, where another user could put code for us to run.
if (cache) enableCompileCache(join(cache, 'latchd'))

// Node's own listener prints them. That a part of Node is experimental is news for us, not for users.
process.removeAllListeners('warning')
process.on('warning', ({ name, message }) => {
  if (name !== 'ExperimentalWarning') process.stderr.write(`latchd: ${name}: ${message}\n`)
})

const { runProgram } = await import('./cli/program.ts')
const { exitCodes } = await import('./cli/exit-codes.ts')
const { managerVariables, readServiceManager } = await import('./lifecycle/service-manager.ts')
const { askOn } = await import('./cli/output/prompt.ts')

// They are for this process alone: a child of a tool must not answer in its place.
for (const name of managerVariables) delete process.env[name]

const terminal: Terminal = {
  env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askOn(process.stdin, process.stderr) }),
  onSignal(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener)
    return () => process.off('SIGINT', listener).off('SIGTERM', listener)
  },
  onHangUp: listener => void process.on('SIGHUP', listener),
  manager: readServiceManager(env, process.pid),
  // Windows has no such call.
  ...(process.platform !== 'win32' && { replace }),
  exit: code => process.exit(code),
}

function replace(flags: readonly string[], variables: Readonly<Record<string, string>>): void {
  const { execPath, execArgv, argv } = process
  const command = [execPath, ...execArgv, ...flags, import.meta.filename, ...argv.slice(2)]
  process.execve?.(execPath, command, { ...env, ...variables })
}

// A reader that has left (`latchd ps | head`) ends the command as SIGPIPE would, without a stack.
process.stdout.on('error', () => process.exit(exitCodes.SIGPIPE))
// Stderr is closed: no place is left for the message.
process.stderr.on('error', () => {})

const exitCode = await runProgram(process.argv.slice(2), terminal)
// Everything that was written is out when an empty text is; pipes are asynchronous on some systems.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise(resolve => stream.write('', resolve))
}
// Not left to the event loop, which a tool module's timer or connection may keep for ever.
process.exit(exitCode)
