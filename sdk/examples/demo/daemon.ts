/** The demo's daemon: a process of its own, on a state folder that outlives it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../../bin/latchd.mjs', import.meta.url))
const tools = fileURLToPath(new URL('../tools.ts', import.meta.url))

/** A daemon that does not come up in this time does not come up, on a busy machine either. */
const START_MS = 120_000

export interface DemoDaemon {
  readonly url: string
  /** Its ready line. */
  readonly line: string
  /** Ends it by a signal that it handles, or by `SIGKILL`. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/**
 * Starts a daemon.
 *
 * @param tokens as in `LATCHD_TOKENS`
 * @param port 0 for any free one
 */
export async function startDaemon(
  stateDir: string,
  tokens: string,
  port: string,
): Promise<DemoDaemon> {
  const daemon = spawn(
    process.execPath,
    [command, 'serve', '--port', port, '--tools', tools, '--state-dir', stateDir],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LATCHD_TOKENS: tokens, LATCHD_LOG_LEVEL: 'error' },
    },
  )
  const exited = once(daemon, 'exit')
  createInterface({ input: daemon.stderr as NodeJS.ReadableStream }).on('line', line => {
    // Decisions are shown as they happen; the audit is for operators.
    if (!line.includes('"audit":')) process.stderr.write(`${line}\n`)
  })
  const line = await readyLine(daemon, exited)
  return {
    line,
    url: line.slice(line.indexOf('http')),
    end: async signal => {
      daemon.kill(signal)
      await exited
    },
  }
}

async function readyLine(daemon: ChildProcess, exited: Promise<unknown[]>): Promise<string> {
  const lines = createInterface({ input: daemon.stdout as NodeJS.ReadableStream })
  const signal = AbortSignal.timeout(START_MS)
  const [line] = (await Promise.race([
    once(lines, 'line', { signal }),
    exited.then(([code]) => Promise.reject(new Error(`the daemon ended with code ${code}`))),
  ])) as [string]
  return line
}
