/** `latchd` as users meet it: a process, nothing of ours imported. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Test } from 'tap'
import { commandFile } from './built.ts'
import {
  type CommandOptions,
  CommandOutput,
  cleanEnv,
  type RunningCommand,
} from './running-command.ts'
import { testFolder } from './test-folder.ts'

export interface ProcessOptions extends CommandOptions {
  /** What Node is given before the arguments; the command by default. */
  readonly script?: readonly string[]
  /** Descriptors of sockets that listen, handed over as a service manager does. */
  readonly sockets?: readonly number[]
}

/** Starts the command in a folder of the test; it is killed when the test ends. */
export function startProcess(
  t: Test,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningCommand {
  const { env = {}, input, cwd = testFolder(t), script = [commandFile], sockets = [] } = options
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // tap has its own code loaded into every child, by a NODE_OPTIONS that is set when it is spawned.
  const start = sockets.length === 0 ? [] : handing(sockets.length)
  const node = [...start, process.execPath, ...script]
  const child = spawn('env', ['-u', 'NODE_OPTIONS', ...variables, ...node, ...args], {
    cwd,
    env: cleanEnv(),
    stdio: ['pipe', 'pipe', 'pipe', ...sockets],
  }) as ChildProcessWithoutNullStreams
  const output = new CommandOutput(args)
  const closed = new Promise<void>(resolve => {
    child.on('close', code => {
      output.end(code)
      resolve()
    })
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await closed
  })
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => output.write(name, text))
  }
  // A command that does not read its input may have ended before.
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  return {
    ended: output.ended,
    seen: (stream, pattern) => output.seen(stream, pattern),
    signal: name => child.kill(name),
  }
}

/** A process learns its own id where it begins. */
function handing(count: number): string[] {
  return ['sh', '-c', `LISTEN_FDS=${count} LISTEN_PID=$$ exec "$@"`, 'sh']
}
