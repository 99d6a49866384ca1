/** Daemons in processes of their own over one database. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { isolation } from './isolation.ts'
import { cleanEnv } from './running-command.ts'
import { stateFolder } from './state-folder.ts'

const command = fileURLToPath(new URL('../../bin/latchd.mjs', import.meta.url))

export interface SharedDaemon {
  readonly url: string
  readonly name: string
  readonly pid: number
  /** Sends a signal; resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void
}

/** Starts a daemon over a database; it ends with the test. */
export async function sharedDaemon(
  t: Test,
  name: string,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<SharedDaemon> {
  const child = spawn(process.execPath, [command, 'serve'], {
    env: {
      ...cleanEnv(),
      LATCHD_PORT: '0',
      LATCHD_WORKERS: '1',
      LATCHD_ISOLATION: isolation,
      LATCHD_LOG_LEVEL: 'warn',
      LATCHD_DRAIN_MS: '200',
      LATCHD_STATE_DIR: stateFolder(t),
      LATCHD_DATABASE_URL: databaseUrl,
      LATCHD_NODE_NAME: name,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => end(child, 'SIGKILL'))
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', line => said.push(line))
  const listening = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', line => {
    const [, url] = /^latchd listening on (\S+)/.exec(line) ?? []
    if (url !== undefined) listening.resolve(url)
  })
  child.once('exit', code => {
    listening.reject(new Error(`${name} ended with ${code}: ${said.join('\n')}`))
  })
  const url = await listening.promise
  listening.promise.catch(() => {})
  return {
    url,
    name,
    pid: child.pid as number,
    end: signal => end(child, signal),
    signal: signal => {
      child.kill(signal)
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
