/** `latchd` in this process, at a terminal of the test's own: a tenth of the time of a process. */

import type { Test } from 'tap'
import { runProgram } from '../../daemon/cli/program.ts'
import type { AskPerson, StopSignal } from '../../daemon/lifecycle/terminal.ts'
import {
  type CommandOptions,
  CommandOutput,
  cleanEnv,
  type RunningCommand,
} from './running-command.ts'
import { testFolder } from './test-folder.ts'

export interface HereOptions extends CommandOptions {
  /** The person at the terminal; nobody when absent. */
  readonly ask?: AskPerson
  /** Whether stderr is a terminal. */
  readonly isTTY?: boolean
  /** Whether stdout is one. */
  readonly isOutputTTY?: boolean
}

/** Starts the command in a folder of the test; it is told to stop when the test ends. */
export function startHere(
  t: Test,
  args: readonly string[],
  options: HereOptions = {},
): RunningCommand {
  const {
    env = {},
    input = '',
    cwd = testFolder(t),
    ask,
    isTTY = false,
    isOutputTTY = false,
  } = options
  const output = new CommandOutput(args)
  const listeners = new Set<(signal: StopSignal) => void>()
  const terminal = {
    env: { ...cleanEnv(), ...env },
    cwd,
    stdin: (async function* () {
      yield input
    })(),
    stdout: { write: (text: string) => output.write('stdout', text), isTTY: isOutputTTY },
    stderr: { write: (text: string) => output.write('stderr', text), isTTY },
    ...(ask && { ask }),
    onSignal(listener: (signal: StopSignal) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    exit: (code: number) => output.end(code),
  }
  const done = runProgram(args, terminal).then(
    code => output.end(code),
    error => output.fail(error),
  )
  let hasEnded = false
  void done.then(() => {
    hasEnded = true
  })
  const signal = (name: StopSignal) => {
    for (const listener of listeners) listener(name)
  }
  t.teardown(async () => {
    if (!hasEnded) signal('SIGTERM')
    await done
  })
  return { ended: output.ended, seen: (stream, pattern) => output.seen(stream, pattern), signal }
}
