/** The processes of a drill: the ledger, and the daemon that dies and comes back. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isBuilt } from '../support/built.ts'
import { patience } from '../support/patience.ts'
import type { Effect } from './ledger.ts'

const here = import.meta.dirname

/** Longer than a daemon lets executions end. */
const STOP_MS = 25_000
/** Without what a test runner puts into its children. */
const cleanEnv = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
/** What a daemon is made of comes compiled from its second start on. */
const NODE_COMPILE_CACHE = join(here, '../../node_modules/.cache/latchd-drill')

/** A process that runs a script of the drills. */
export type ScriptProcess = ChildProcessWithoutNullStreams

/** Starts a script of this folder. */
export function startScript(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): ScriptProcess {
  const built = isBuilt ? [`--import=${join(here, '../support/built-threads.ts')}`] : []
  const flags = ['--disable-warning=ExperimentalWarning', ...built, join(here, script), ...args]
  return spawn(process.execPath, flags, {
    env: { ...cleanEnv, ...(isBuilt && { TEST_BUILT: '1' }), NODE_COMPILE_CACHE, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The end of the first line that begins so; `undefined` when the process ends without one. */
async function lineOf(child: ChildProcess, begin: string): Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  for await (const line of lines) if (line.startsWith(begin)) return line.slice(begin.length)
  return undefined
}

export interface LedgerProcess {
  readonly url: string
  effects(): Promise<readonly Effect[]>
  stop(): Promise<void>
}

export async function startLedger(file: string): Promise<LedgerProcess> {
  const child = startScript('ledger.ts', [file], {})
  const url = await lineOf(child, 'ledger ')
  if (url === undefined) throw new Error('The ledger has not started')
  return {
    url,
    effects: async () => (await (await fetch(`${url}/effects`)).json()) as Effect[],
    async stop() {
      const exit = once(child, 'exit')
      child.stdin?.end()
      await exit
    },
  }
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface DaemonOptions {
  readonly stateDir: string
  readonly ledgerUrl: string
  readonly env?: Record<string, string>
  /** The same at each start; any free one when absent. */
  readonly port?: number
}

/** A daemon that is started again and again on one folder. */
export class DrillDaemon {
  readonly #options: DaemonOptions
  #child: ChildProcess | undefined
  #up = Promise.withResolvers<string>()
  #stderr = ''

  constructor(options: DaemonOptions) {
    this.#options = options
    this.#up.promise.catch(() => {})
  }

  /** What the last one wrote to stderr, from its end. */
  get stderr(): string {
    return this.#stderr.slice(-4000)
  }

  get pid(): number {
    return this.#child?.pid as number
  }

  get isAlive(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  /** Where it listens, as soon as it does. */
  url(): Promise<string> {
    return this.#up.promise
  }

  /**
   * Starts it.
   *
   * @returns whether it has come to listen; otherwise it has ended
   */
  async start(env: Record<string, string> = {}): Promise<boolean> {
    const { stateDir, ledgerUrl } = this.#options
    const child = startScript('daemon.ts', [], {
      LATCHD_PORT: String(this.#options.port ?? 0),
      LATCHD_WORKERS: '2',
      LATCHD_LOG_LEVEL: 'error',
      LATCHD_STATE_DIR: stateDir,
      LATCHD_TOOLS: join(here, 'tools.ts'),
      DRILL_LEDGER: ledgerUrl,
      ...this.#options.env,
      ...env,
    })
    this.#child = child
    this.#stderr = ''
    child.stderr?.on('data', part => {
      this.#stderr += part
    })
    // From here on its death is known, however early.
    child.once('exit', () => {
      this.#up = Promise.withResolvers()
    })
    const url = await lineOf(child, 'latchd listening on ')
    if (url === undefined) return false
    this.#up.resolve(url)
    return true
  }

  /** Resolves when it has ended; at once when it has. */
  async ended(): Promise<Exit> {
    const child = this.#child as ChildProcess
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return { code: child.exitCode, signal: child.signalCode }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended()
  }

  /** Asks it to end; one that does not is killed after a while, which its exit tells. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), patience(STOP_MS))
    const exit = await this.ended()
    clearTimeout(timer)
    return exit
  }
}

/** Runs the upkeep of a folder's store to its end, or to where it is told to die. */
export async function dieInUpkeep(stateDir: string, env: Record<string, string>): Promise<Exit> {
  const child = startScript('upkeep.ts', [stateDir], env)
  await once(child, 'exit')
  return { code: child.exitCode, signal: child.signalCode }
}

/** Starts a daemon by the command, which is expected to refuse. */
export async function serveOnce(stateDir: string) {
  const script = join(here, '..', '..', 'bin', 'latchd.mjs')
  const args = [script, 'serve', '--port', '0', '--state-dir', stateDir, '--log-level', 'silent']
  const child = spawn(process.execPath, args, { env: cleanEnv })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', part => {
    stdout += part
    // It was not refused: the drill tells so.
    child.kill()
  })
  child.stderr.on('data', part => {
    stderr += part
  })
  const [code] = await once(child, 'close')
  return { code: code as number | null, stdout, stderr }
}
