/** What a test sees of a `latchd` command, in a process of its own or in this one. */

import type { Test } from 'tap'
import type { StopSignal } from '../../daemon/lifecycle/terminal.ts'
import { stateFolder } from './state-folder.ts'

/** No command of these tests takes longer, on a slow machine with all tests at once. */
const BOUND_MS = 240_000

export interface EndedCommand {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly ended: Promise<EndedCommand>
  /** Resolves with the match as soon as a stream holds it. */
  seen(stream: StreamName, pattern: RegExp): Promise<RegExpExecArray>
  signal(name: StopSignal): void
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A folder of the test by default. */
  readonly cwd?: string
  /** What its standard input holds. */
  readonly input?: string
}

/** Starts a command, which the test ends in any case. */
export type StartCommand<Options extends CommandOptions = CommandOptions> = (
  t: Test,
  args: readonly string[],
  options?: Options,
) => RunningCommand

export type StreamName = 'stdout' | 'stderr'

/** The environment without our settings, and without other keys that commands would find. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(LATCHD_.*|OPENAI_(API_KEY|BASE_URL))$/.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)))
}

/** What a command has written, and how it ended. */
export class CommandOutput {
  readonly #texts = { stdout: '', stderr: '' }
  readonly #looks = new Set<() => void>()
  readonly #ended = Promise.withResolvers<EndedCommand>()
  readonly #timer: NodeJS.Timeout

  constructor(args: readonly string[]) {
    this.#timer = setTimeout(() => {
      const told = JSON.stringify(this.#texts)
      this.fail(new Error(`latchd ${args.join(' ')} did not end in ${BOUND_MS} ms: ${told}`))
    }, BOUND_MS)
    // A failure shows where it is awaited; a daemon that the test leaves running is ended by it.
    this.#ended.promise.catch(() => {})
  }

  get ended(): Promise<EndedCommand> {
    return this.#ended.promise
  }

  write(stream: StreamName, text: string): void {
    this.#texts[stream] += text
    for (const look of this.#looks) look()
  }

  end(code: number | null): void {
    clearTimeout(this.#timer)
    this.#ended.resolve({ code, ...this.#texts })
  }

  fail(error: unknown): void {
    clearTimeout(this.#timer)
    this.#ended.reject(error)
  }

  seen(stream: StreamName, pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.#texts[stream])
        if (match !== null) resolve(match)
      }
      this.#looks.add(look)
      look()
      const missed = ({ code, stdout, stderr }: EndedCommand) =>
        reject(new Error(`ended with ${code} without ${pattern}: ${stdout}${stderr}`))
      this.ended.then(missed, reject)
    })
  }
}

export interface ServingCommand extends RunningCommand {
  readonly url: string
  readonly port: string
}

/** Starts a daemon on a free port, and waits until it listens. */
export async function serve(
  start: StartCommand,
  t: Test,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<ServingCommand> {
  const flags = ['--port', '0', '--workers', '1', '--state-dir', stateFolder(t), ...args]
  const running = start(t, ['serve', ...flags], options)
  const match = await running.seen('stdout', /^latchd listening on (http:\/\/127\.0\.0\.1:(\d+))\n/)
  return { ...running, url: match[1] as string, port: match[2] as string }
}
